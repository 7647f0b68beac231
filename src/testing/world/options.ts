import { cannotUse, checkOptions, type Taker } from "../../argument/mod.ts"

/** The network between two hosts. Each field may be changed while connections are open. */
export interface Link {
  /** Milliseconds from one end to the other. Default 5. */
  latency: number
  /** The most milliseconds by which a packet is late, at random. Packets keep their order. Default 0. */
  jitter: number
  /** The most bytes of a packet. Default 16 KiB, as with segmentation offload. */
  packetBytes: number
  /** The probability that a packet with data is lost. It is then sent again from the same memory. */
  loss: number
  /**
   * Whether the kernel copies memory that MSG_ZEROCOPY should have pinned, as it does on loopback, and
   * everywhere while somebody captures packets. Default false, but true for `loopback`.
   */
  copied: boolean
  /** Whether all packets disappear, in both directions. Default false. */
  blackhole: boolean
}

/** Limits of the simulated kernel. Each field may be changed at any time. */
export interface Limits {
  /** Whether sockets have SO_ZEROCOPY. Default true. */
  zerocopy: boolean
  /** RLIMIT_MEMLOCK in bytes, shared by all sockets. Default 8 MiB. */
  memlock: number
  /** CAP_IPC_LOCK: locked memory is not limited. Default false. */
  ipcLock: boolean
  /** `net.core.optmem_max` in bytes, per socket. Default 128 KiB. */
  optmem: number
  /** Bytes that a socket holds until they are acknowledged, unless SO_SNDBUF says more. */
  sendBuffer: number
  /** Bytes that a socket holds until they are received, unless SO_RCVBUF says more. */
  receiveBuffer: number
  /** RLIMIT_NOFILE. Default 1024. */
  files: number
  /**
   * The first notification id of a new socket. Near 2^32, ids wrap after a few calls, as on a long-lived
   * connection. Default 0, as on Linux.
   */
  firstId: number
}

/** Things that go wrong, each with a probability from 0 to 1. Each may be changed at any time. */
export interface Faults {
  /** A send accepts less than there is room for. */
  shortSend: number
  /** A call with MSG_ZEROCOPY fails with ENOBUFS although no limit is reached. */
  refuseZerocopy: number
  /** A signal interrupts a send before it accepts anything. */
  interrupt: number
  /** A notification comes up to 50 ms late, so that others overtake it. */
  lateNotification: number
  /** A record of another kind (an ICMP error, a timestamp) comes before a notification. */
  foreignRecord: number
  /** The control data of a record is truncated, and its ids are lost for ever. */
  lostRecord: number
  /** A wait ends up to 50 ms late, so that records merge in the meantime. */
  lateWake: number
}

/** Options for a new simulation. */
export interface SimulationOptions {
  /** Decides everything random. Default 1. */
  readonly seed?: number
  /** Differences from the defaults of `Link`. */
  readonly link?: Partial<Link>
  /** Differences from the defaults of `Limits`. */
  readonly limits?: Partial<Limits>
  /** What goes wrong. Default: nothing. */
  readonly faults?: Partial<Faults>
}

/** A link with every default filled in, or the values of another link if one is given. */
export const makeLink = (options?: Partial<Link>, defaults: Link = linkDefaults): Link =>
  filledIn("link", defaults, options)

/** Limits with every default filled in. */
export const makeLimits = (options?: Partial<Limits>): Limits =>
  filledIn("limits", limitDefaults, options)

/** Faults with every default filled in: nothing goes wrong. */
export const makeFaults = (options?: Partial<Faults>): Faults =>
  filledIn("faults", faultDefaults, options)

/** The seed, or the default. */
export function checkSeed(seed: number = 1): number {
  if (Number.isFinite(seed)) return seed
  throw cannotUse("seed", seed, "a finite number")
}

/** `simulate`. */
export const simulateTaker: Taker<keyof SimulationOptions> = {
  action: "simulate",
  example: "simulate({ seed: 7, link: { latency: 20 } })",
  names: { seed: true, link: true, limits: true, faults: true },
}

const linkDefaults: Link = {
  latency: 5,
  jitter: 0,
  packetBytes: 16 * 1024,
  loss: 0,
  copied: false,
  blackhole: false,
}

const limitDefaults: Limits = {
  zerocopy: true,
  memlock: 8 * 1024 * 1024,
  ipcLock: false,
  optmem: 128 * 1024,
  sendBuffer: 256 * 1024,
  receiveBuffer: 128 * 1024,
  files: 1024,
  firstId: 0,
}

const faultDefaults: Faults = {
  shortSend: 0,
  refuseZerocopy: 0,
  interrupt: 0,
  lateNotification: 0,
  foreignRecord: 0,
  lostRecord: 0,
  lateWake: 0,
}

/** The defaults, overridden by the given values. Sealed, so that no unknown name can be set later. */
function filledIn<T extends object>(what: string, defaults: T, given: Partial<T> = {}): T {
  const names = Object.keys(defaults) as (keyof T & string)[]
  checkOptions({
    action: `use ${what}`,
    example: `{ ${what}: { ${names[0]}: ${defaults[names[0]]} } }`,
    names: Object.fromEntries(names.map((name) => [name, true])),
  }, given)
  const all = { ...defaults }
  for (const name of names) {
    const value = given[name]
    if (value === undefined) continue
    checkValue(`${what}.${name}`, value, typeof defaults[name])
    all[name] = value as T[typeof name]
  }
  return Object.seal(all)
}

function checkValue(name: string, value: unknown, type: string): void {
  if (typeof value === type && !(Number(value) < 0) && !Number.isNaN(value)) return
  const wanted = type === "number" ? "a number, 0 or more" : "true or false"
  throw cannotUse(name, value, wanted)
}

/** The most that a late notification or wake is delayed, in milliseconds. */
export const latest = 50
