import { type Attack, attack } from "./attack.ts"
import { AttackedServer } from "./attacked_server.ts"
import type { Oracle } from "./oracle.ts"
import { planOf } from "./plan.ts"
import { complaintsOf } from "./verdict.ts"

export interface FuzzOptions {
  readonly seed: number
  /** It ends when so many bytes were sent. */
  readonly bytes: number
  /** The number of the first plan. */
  readonly first: number
  /** Connections at once. */
  readonly lanes: number
  readonly oracles: readonly Oracle[]
  /** Called after each connection. */
  readonly tell?: (so: Fuzzed) => void
}

/** What a fuzz has done. */
export interface Fuzzed {
  connections: number
  bytes: number
  /** Calls of the handler with a whole request. */
  handled: number
  /** Connections on which something was refused, and those that the server has reset. */
  refused: number
  reset: number
  readonly complaints: string[]
}

/** Sends mutated requests to a server of its own, and asks the oracles about each connection. */
export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const { seed, bytes, first, lanes, oracles, tell = () => {} } = options
  const complaints: string[] = []
  await using patient = await AttackedServer.open(120_000, complaints)
  // It sends those away who wait for something.
  await using hasty = await AttackedServer.open(1000, complaints)
  const so: Fuzzed = { connections: 0, bytes: 0, handled: 0, refused: 0, reset: 0, complaints }
  let number = first
  const lane = async () => {
    while (so.bytes < bytes && complaints.length < mostComplaints) {
      const plan = planOf(seed, number++)
      so.bytes += plan.bytes.length
      const done = await attack(plan.ending === "wait" ? hasty : patient, plan)
      count(so, done)
      const opinions = await Promise.all(oracles.map((oracle) => oracle.ask(done)))
      opinions.forEach((opinion, i) => {
        for (const complaint of complaintsOf(done, opinion)) {
          complaints.push(`${oracles[i].name}, ${plan.number}: ${complaint}\n  ${shown(done)}`)
        }
      })
      tell(so)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return so
}

function count(so: Fuzzed, { calls, received, end }: Attack): void {
  so.connections++
  so.handled += calls.filter(({ body }) => body !== undefined).length
  if (/HTTP\/1\.1 [45]/.test(new TextDecoder("latin1").decode(received))) so.refused++
  if (end === "reset") so.reset++
}

/** Both directions, as far as anybody wants to read. */
function shown({ plan, received, end }: Attack): string {
  const answer = new TextDecoder("latin1").decode(received)
  return `sent ${JSON.stringify(plan.bytes.slice(0, 3000))} (${plan.ending}), ` +
    `got ${JSON.stringify(answer.slice(0, 1500))} (${end})`
}

const mostComplaints = 20
