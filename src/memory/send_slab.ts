import { cannotUse, checkOptions, checkSignal, mark, oneOf, wholeNumber } from "../argument/mod.ts"
import { Unsupported, ZerowireError } from "../error/mod.ts"
import { errnoName, type Kernel, type Mapping, type Memory } from "../kernel/port.ts"
import { checksumGuard, type Guard, guards, protectingGuard } from "./guard.ts"
import { Lease } from "./lease.ts"
import { Slab } from "./slab.ts"
import type { SendSlabOptions } from "./slab_options.ts"
import { slabTaker } from "./slab_taker.ts"

// The slab itself imports nothing.
mark(Lease, "Lease")

/** What a slab uses of the kernel. */
export type SlabKernel = Pick<Kernel, "map" | "unmap" | "protect" | "rebind">

/**
 * Page-aligned memory to send from. A lease is the right to one slot: fill its `bytes`, send it, and the
 * slot comes back by itself when the kernel has stopped reading it.
 *
 * The number of slots limits what a producer can have in flight: `lease()` waits for a free one.
 */
export class SendSlab implements Disposable {
  /** Bytes of a slot. */
  readonly slotBytes: number
  /** How many slots there are. */
  readonly slots: number
  readonly #kernel: SlabKernel
  readonly #mapping: Mapping
  readonly #slab: Slab<Memory>
  #closed = false

  /** @internal Made by `createSlab`. */
  constructor(kernel: SlabKernel, options: SendSlabOptions) {
    checkOptions(slabTaker, options)
    const { slotBytes = 64 * 1024, slots = 256, onViolation } = options
    const protect = oneOf("protect", [true, false], options.protect, false)
    const detach = oneOf("detach", [true, false], options.detach, true)
    const hugePages = oneOf("hugePages", [true, false], options.hugePages, !protect)
    if (onViolation !== undefined && typeof onViolation !== "function") {
      throw cannotUse("onViolation", onViolation, "a function")
    }
    wholeNumber("slotBytes", slotBytes, maxSlotBytes)
    wholeNumber("slots", slots, protect ? maxProtectedSlots : maxSlots)
    if (slots * slotBytes > maxSlabBytes) {
      throw new TypeError(
        `Cannot make a slab of ${
          slots * slotBytes
        } bytes: the limit is 2 GiB. Ask for fewer slots, or ` +
          "make several slabs",
      )
    }
    this.slotBytes = Math.ceil(slotBytes / pageBytes) * pageBytes
    this.slots = slots
    this.#kernel = kernel
    const mapping = kernel.map(slots, this.slotBytes, { hugePages })
    if (typeof mapping === "number") {
      const message = `Cannot map ${slots} slots of ${this.slotBytes} bytes: ` +
        `${errnoName(-mapping)}. ` +
        "Use fewer slots, or raise the memory limit of this process"
      throw new ZerowireError(new Unsupported(message))
    }
    this.#mapping = mapping
    this.#slab = new Slab<Memory>({
      slotBytes: this.slotBytes,
      capacity: slots,
      growBy: slots,
      map: () => mapping.slots,
      rebind: detach ? (memory) => kernel.rebind(memory) : (memory) => memory,
      ...guardOf(kernel, options),
    })
    if (protect) this.#tryProtection()
  }

  #tryProtection(): void {
    const [slot] = this.#mapping.slots
    for (const access of ["read", "write"] as const) {
      const n = this.#kernel.protect(slot, access)
      if (n === 0) continue
      this.#kernel.unmap(this.#mapping)
      const message =
        `Cannot protect the slots of a slab: ${errnoName(-n)}. A simulated kernel has no ` +
        "pages, and Deno needs --allow-ffi without a path to protect real ones"
      throw new ZerowireError(new Unsupported(message))
    }
  }

  /** Slots that are being filled or in flight. */
  get leased(): number {
    return this.#slab.leased
  }

  /** Slots that are lost, because there is no proof that the kernel has let go of them. */
  get quarantined(): number {
    return this.#slab.quarantined
  }

  /**
   * A slot to fill, or `undefined` if all are in use.
   *
   * @throws {TypeError} when the slab was closed.
   */
  leaseNow(): Lease | undefined {
    this.#check()
    const held = this.#slab.leaseNow()
    return held && new Lease(held)
  }

  /**
   * A slot to fill, as soon as one is free; callers are served in order. If the signal aborts, the wait
   * rejects with its reason.
   *
   * @throws {TypeError} when the slab was closed.
   */
  lease(signal?: AbortSignal): Promise<Lease> {
    try {
      this.#check()
      checkSignal("lease a slot", signal)
      if (signal?.aborted === true) throw signal.reason
    } catch (failure) {
      return Promise.reject(failure)
    }
    const held = this.#slab.leaseNow()
    return held === undefined ? this.#wait(signal) : Promise.resolve(new Lease(held))
  }

  #wait(signal?: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener("abort", abort, { once: true })
      const cancel = this.#slab.whenFree((held) => {
        signal?.removeEventListener("abort", abort)
        resolve(new Lease(held))
      })
    })
  }

  /**
   * Returns the memory to the system.
   *
   * @throws {TypeError} while a slot is being filled, in flight or quarantined: the kernel would go on
   * reading its pages.
   */
  close(): void {
    if (this.#closed) return
    const used = this.leased + this.quarantined
    if (used > 0) {
      throw new TypeError(
        `Cannot close a slab: ${used} of its slots are in use. Give back the leases that were not sent,  ` +
          "and close the sockets first",
      )
    }
    this.#closed = true
    this.#kernel.unmap(this.#mapping)
  }

  /** As `close()`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #check(): void {
    if (!this.#closed) return
    throw new TypeError(
      "Cannot lease a slot: the slab is closed. Make another one with createSlab()",
    )
  }
}

/** Nothing unless one was asked for, so that others do not pay for it. */
function guardOf(
  kernel: SlabKernel,
  { onViolation, protect = false }: SendSlabOptions,
): { guard?: Guard<Memory> } {
  const all: Guard<Memory>[] = []
  if (onViolation !== undefined) all.push(checksumGuard(onViolation))
  if (protect) all.push(protectingGuard((memory, access) => kernel.protect(memory, access)))
  return all.length === 0 ? {} : { guard: guards(all) }
}

const pageBytes = 4096
/** A slot is sent by one call, and a call takes no more. */
const maxSlotBytes = 1024 * 1024 * 1024
const maxSlots = 1024 * 1024
/** Each may become a mapping of its own, and a process may have 65,530 of them (vm.max_map_count). */
const maxProtectedSlots = 16 * 1024
/** The largest ArrayBuffer that both runtimes make. */
const maxSlabBytes = 2 * 1024 * 1024 * 1024 - 1
