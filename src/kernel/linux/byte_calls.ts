import { decodeRecord } from "../../../ffi/abi/errqueue.ts"
import { ControlBatch, controlBytes } from "../../../ffi/abi/msghdr.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import type { NativeMemory } from "../../../ffi/memory.ts"
import type { ByteCalls, Memory, NotificationBatch, PinLimits, Vector } from "../port.ts"
import { pinLimitsOf } from "./limits.ts"
import { LinuxSocketCalls } from "./socket_calls.ts"
import { type LinuxVector, messageFlags } from "./vector.ts"

/** Bytes from memory to a socket and back, and the error queue. */
export abstract class LinuxByteCalls extends LinuxSocketCalls implements ByteCalls {
  readonly zerocopy = true
  readonly errorReads = errorReads
  readonly #errors: ControlBatch
  readonly #errorControl: DataView
  #pinLimits: PinLimits | undefined

  constructor(libc: Libc) {
    super(libc)
    this.#errors = new ControlBatch(libc.backend, errorReads)
    this.#errorControl = new DataView(this.#errors.control.buffer)
  }

  get pinLimits(): PinLimits {
    return this.#pinLimits ??= pinLimitsOf(this.libc)
  }

  send(fd: number, vector: Vector, count: number, flags: number): number {
    return (vector as LinuxVector).send(fd, count, messageFlags[flags])
  }

  sendBytes(fd: number, memory: Memory, offset: number, length: number): number {
    return this.libc.send(fd, memory as NativeMemory, offset, length, messageFlags[0])
  }

  receive(fd: number, memory: Memory, offset: number, length: number): number {
    return this.libc.recv(fd, memory as NativeMemory, offset, length, linux.MSG_DONTWAIT)
  }

  readErrors(fd: number, batch: NotificationBatch): number {
    const n = this.libc.recvmmsg(fd, this.#errors, linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT)
    for (let i = 0; i < n; i++) {
      const length = this.#errors.controlLength(i)
      const truncated = (this.#errors.flags(i) & linux.MSG_CTRUNC) !== 0
      decodeRecord(this.#errorControl, i * controlBytes, length, truncated, batch)
    }
    return n
  }

  firstId(): number {
    return 0
  }
}

/**
 * In-order TCP usually leaves one record. Reading a few at once saves the call that finds the queue
 * empty.
 */
const errorReads = 8
