/**
 * Two hosts, A and B, on one kernel: what every case of this folder stands on.
 *
 * @module
 */
import type { Kernel, Memory } from "../../src/kernel/port.ts"
import type { Faults } from "../../src/testing.ts"

/** The kernels that a case runs on. */
export type KernelName = "simulated" | "linux"

/**
 * The ways from A to B. `veth` is a plain pair of devices, where the kernel copies a packet when it is
 * delivered; the `lab` is such a pair with an XDP program, where it does not.
 */
export type LinkName = "loopback" | "veth" | "lab"

/** A host. Zero-copy is real from A to B. */
export type Side = "a" | "b"

export interface TestbedOptions {
  /** `net.core.optmem_max` in bytes. Default: the system's, and 128 KiB simulated. */
  readonly optmemMax?: number
  /** RLIMIT_MEMLOCK in bytes, for a user without CAP_IPC_LOCK. Default: whatever there is. */
  readonly memlock?: number
  /** TCP Fast Open without cookies, on both sides. Linux alone. */
  readonly fastOpen?: boolean
  /** The id that a new socket gives first. Simulated alone: Linux begins with 0. */
  readonly firstId?: number
  /** What goes wrong by chance. Simulated alone. */
  readonly faults?: Partial<Faults>
}

export interface Testbed {
  readonly kernel: Kernel
  readonly kernelName: KernelName
  readonly link: LinkName
  /** A new socket, closed with the testbed. */
  socket(side: Side, family: 4 | 6): number
  /** Lets `fd` be closed with the testbed, unless it was closed before. */
  own(fd: number): number
  close(fd: number): void
  /** Where a host is reached. */
  address(side: Side, family: 4 | 6): string
  /**
   * Lets time pass until `condition` holds; fails, naming `what`, when it does not within `patience`
   * milliseconds. These are exact in virtual time; in real time there may be many more, because other
   * work on the machine goes on.
   */
  until(what: string, condition: () => boolean, patience?: number): Promise<void>
  /** Lets so much time pass that whatever is under way has arrived. */
  settle(): Promise<void>
  /** Nothing reaches B until `heal`. In the lab alone; elsewhere it does nothing, as do the next. */
  blackhole(): void
  heal(): void
  /** Loses some packets on their way to B, until `heal`. */
  lose(): void
  /** Captures packets at A, which makes the kernel copy. Returns what ends it. */
  capture(): () => void
  /** Whole pages of memory, given back with the testbed. */
  pages(count: number): Memory
  /** Lets no call read `memory`, made by `pages`, any more. */
  spoil(memory: Memory): void
  /** A poller, closed with the testbed. */
  poller(wake?: () => void): ReturnType<Kernel["poller"]>
  /** Closes every socket, with a reset so that the kernel reads no memory any more. */
  end(): Promise<void>
}

/** Whether the kernel copies what goes over a link, whatever the flag says: the verdict to expect. */
export const copies = ({ link }: { readonly link: LinkName }): boolean => link !== "lab"
