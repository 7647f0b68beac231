import { eventBytes } from "../../abi/epoll_event.ts"
import type { Address, Backend } from "../backend.ts"
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from "../../constants.ts"

/** Memory that a parked thread writes events to. It may do so after this isolate is gone. */
export interface EventMemory {
  readonly address: bigint
  /** The memory's contents, if the runtime permits reading them. */
  readonly bytes: ArrayBuffer | undefined
  free(): void
}

export interface MappingCalls {
  mmap(...args: [bigint, bigint, number, number, number, bigint]): bigint
  munmap(address: bigint, length: bigint): number
}

/** @throws {Error} if there is no memory. */
export function mapEvents({ mmap, munmap }: MappingCalls, backend: Backend): EventMemory {
  const protection = PROT_READ | PROT_WRITE
  const address = mmap(0n, pageBytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0n)
  // MAP_FAILED
  if (BigInt.asIntN(64, address) === -1n) throw new Error("Cannot wait for sockets: out of memory")
  return {
    address,
    bytes: backend.canAlias() ? backend.alias(address as Address, eventBytes) : undefined,
    free: () => munmap(address, pageBytes),
  }
}

/** The kernel rounds it up to whole pages. */
const pageBytes = 4096n
