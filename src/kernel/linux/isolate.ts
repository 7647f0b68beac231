import type { Descriptors } from "../../../ffi/runtime/backend.ts"
import { onFirstThread } from "../../../ffi/isolate/command_line.ts"
import {
  KnownDescriptors,
  processDescriptors,
  ThreadDescriptors,
} from "../../../ffi/isolate/descriptors.ts"
import type { IsolateEnd } from "../../../ffi/isolate/isolate_end.ts"
import { type Libc, libraries } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import { threadEnd } from "../../../ffi/isolate/thread_end.ts"
import { leftOver } from "./left_over.ts"
import { mapSlots } from "./mapping.ts"

/** The part of the kernel that depends on how this isolate ends. */
export class LinuxIsolate {
  readonly end: IsolateEnd
  readonly descriptors: Descriptors
  readonly #libc: Libc

  constructor(libc: Libc) {
    this.#libc = libc
    this.end = libc.backend.isolateEnd(libraries)
    this.descriptors = descriptorsOf(libc, this.end)
  }

  /** Whether mapped memory outlives the isolate; otherwise it is heap memory. */
  get mapsOutsideHeap(): boolean {
    return this.#libc.backend.canAlias()
  }

  /** Memory for a call on another thread, which may go on after this isolate has ended. */
  memoryForThreads(byteLength: number): NativeMemory {
    const { backend } = this.#libc
    if (this.end === "process") return NativeMemory.allocate(backend, byteLength)
    const mapping = mapSlots(this.#libc, 1, Math.ceil(byteLength / pageBytes) * pageBytes, {})
    if (typeof mapping === "number") throw new Error(`Cannot map ${byteLength} bytes`)
    return mapping.slots[0]
  }

  /** Clears 8 bytes at `offset` of such memory when the isolate ends, before anything is closed. */
  clearAtEnd({ address }: NativeMemory, offset: number): void {
    if (!(this.descriptors instanceof ThreadDescriptors) || !this.mapsOutsideHeap) return
    this.descriptors.clearAtEnd(this.#libc.backend.advance(address, offset))
  }
}

/** For the isolate that loaded `libc`. */
export function isolateOf(libc: Libc): LinuxIsolate {
  let isolate = isolates.get(libc)
  if (isolate === undefined) isolates.set(libc, isolate = new LinuxIsolate(libc))
  return isolate
}

function descriptorsOf(libc: Libc, end: IsolateEnd): Descriptors {
  if (end === "process") return processDescriptors(libc)
  if (end === "restart" && followsAnother(libc)) return new KnownDescriptors(libc, leftOver(libc))
  const thread = end === "thread" ? threadEnd(libc.backend, libraries) : undefined
  return thread === undefined ? new KnownDescriptors(libc) : new ThreadDescriptors(libc, thread)
}

/**
 * Whether file descriptors that an earlier isolate left open have no owner. On other threads than the
 * first, several isolates may live at the same time; and what Bun drops before the next test file may
 * still run.
 */
const followsAnother = ({ backend }: Libc): boolean =>
  backend.runtime === "deno" && onFirstThread(backend, libraries)

const isolates = new WeakMap<Libc, LinuxIsolate>()

const pageBytes = 4096
