import { cannotUse, checkOptions, type Taker } from "../../argument/mod.ts"

/** What lies between two hosts. Each field may be changed while connections are open. */
export interface Link {
  /** Milliseconds from one end to the other. Default 5. */
  latency: number
  /** Milliseconds by which a packet may be late, at random. Packets keep their order. Default 0. */
  jitter: number
  /** Bytes that one packet holds at most. Default 16 KiB, as segmentation offload has it. */
  packetBytes: number
  /** The probability that a packet with data is lost; it is sent again from the same memory. */
  loss: number
  /**
   * Whether the kernel copies what MSG_ZEROCOPY should have pinned, as it does on loopback, and
   * everywhere as long as somebody captures packets. Default false, but true for `loopback`.
   */
  copied: boolean
  /** Whether nothing arrives any more, in either direction. Default false. */
  blackhole: boolean
}

/** What the simulated kernel grants. Each field may be changed at any time. */
export interface Limits {
  /** Whether sockets have SO_ZEROCOPY. Default true. */
  zerocopy: boolean
  /** RLIMIT_MEMLOCK in bytes, shared by all sockets. Default 8 MiB. */
  memlock: number
  /** CAP_IPC_LOCK: nobody counts locked memory. Default false. */
  ipcLock: boolean
  /** `net.core.optmem_max` in bytes, for each socket. Default 128 KiB. */
  optmem: number
  /** Bytes that a socket holds until they are acknowledged, unless SO_SNDBUF says more. */
  sendBuffer: number
  /** Bytes that a socket holds until they are received, unless SO_RCVBUF says more. */
  receiveBuffer: number
  /** RLIMIT_NOFILE. Default 1024. */
  files: number
  /**
   * The notification id that a new socket gives first: near 2^32, ids wrap after a few calls, as they do
   * on a long-lived connection. Default 0, as Linux has it.
   */
  firstId: number
}

/** Things that go wrong, each with a probability from 0 to 1. Each may be changed at any time. */
export interface Faults {
  /** A send takes only a part of what there is room for. */
  shortSend: number
  /** A call with MSG_ZEROCOPY gets ENOBUFS although nothing is used up. */
  refuseZerocopy: number
  /** A send is interrupted by a signal before it took anything. */
  interrupt: number
  /** A notification comes up to 50 ms late, so that others overtake it. */
  lateNotification: number
  /** A record that is none of ours (an ICMP error, a timestamp) stands before a notification. */
  foreignRecord: number
  /** The control data of a record is cut, and its ids are lost for ever. */
  lostRecord: number
  /** A wait ends up to 50 ms late, so that records merge meanwhile. */
  lateWake: number
}

/** How a simulation begins. */
export interface SimulationOptions {
  /** Decides everything that is left to chance. Default 1. */
  readonly seed?: number
  /** What differs from the defaults of `Link`. */
  readonly link?: Partial<Link>
  /** What differs from the defaults of `Limits`. */
  readonly limits?: Partial<Limits>
  /** What goes wrong. Default: nothing. */
  readonly faults?: Partial<Faults>
}

/** A link with every default filled in, those of another one if it is given. */
export const makeLink = (options?: Partial<Link>, defaults: Link = linkDefaults): Link =>
  filledIn("link", defaults, options)

/** Limits with every default filled in. */
export const makeLimits = (options?: Partial<Limits>): Limits =>
  filledIn("limits", limitDefaults, options)

/** Faults with every default filled in: nothing goes wrong. */
export const makeFaults = (options?: Partial<Faults>): Faults =>
  filledIn("faults", faultDefaults, options)

/** The seed, or the usual one where there is none. */
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

/** The defaults, with what is given in their place; sealed, so that no other name can be set later either. */
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

/** How late a late notification or wake is at most, in milliseconds. */
export const latest = 50
