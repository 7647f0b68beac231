import type { Address, Courier } from "../backend.ts"
import type { Relayed, RelayJob } from "../relay_loop.ts"
import { DenoRelayThread } from "./relay_thread.ts"

/** Each call borrows a thread of Deno's own pool, except a relay, which has one of its own. */
export class DenoCourier implements Courier {
  readonly #calls: DenoCourierCalls
  readonly #library: () => string
  #thread: DenoRelayThread | undefined

  /** `library` finds the one that a thread is to open. */
  constructor(calls: DenoCourierCalls, library: () => string) {
    this.#calls = calls
    this.#library = library
  }

  send(fd: number, header: Address, flags: number, done: (n: number) => void): void {
    this.#calls.sendmsg(fd, header, flags).then(done)
  }

  sendFile(
    fd: number,
    file: number,
    offset: Address,
    count: number,
    done: (n: number) => void,
  ): void {
    this.#calls.sendfile(fd, file, offset, BigInt(count)).then(done)
  }

  read(
    fd: number,
    address: Address,
    length: number,
    position: number,
    done: (n: number) => void,
  ): void {
    this.#calls.pread(fd, address, BigInt(length), BigInt(position)).then(done)
  }

  relay(job: RelayJob, done: (relayed: Relayed) => void): void {
    this.#thread ??= new DenoRelayThread(this.#library())
    this.#thread.relay(job, done)
  }

  advise(address: Address, length: number, advice: number, done: (n: number) => void): void {
    this.#calls.madvise(address, BigInt(length), advice).then(done)
  }

  close(): void {
    this.#thread?.close()
  }
}

export interface DenoCourierCalls {
  sendmsg(fd: number, header: Address, flags: number): Promise<number>
  sendfile(fd: number, file: number, offset: Address, count: bigint): Promise<number>
  pread(fd: number, address: Address, length: bigint, position: bigint): Promise<number>
  madvise(address: Address, length: bigint, advice: number): Promise<number>
}

export const courierSymbols = {
  sendmsg: { parameters: ["i32", "usize", "i32"], result: "i32", nonblocking: true },
  sendfile: { parameters: ["i32", "i32", "usize", "usize"], result: "i32", nonblocking: true },
  pread: { parameters: ["i32", "usize", "usize", "usize"], result: "i32", nonblocking: true },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32", nonblocking: true },
} as const
