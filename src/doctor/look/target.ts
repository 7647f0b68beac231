import * as Effect from "effect/Effect"
import { messageOf } from "../../argument/mod.ts"
import { connect, insideOf, resolve } from "../../tcp/mod.ts"
import { requireNet } from "../../kernel/mod.ts"
import type { InetAddress } from "../../kernel/port.ts"
import type { Libc } from "../../../ffi/libc.ts"
import type { Target } from "../facts.ts"
import { probe } from "./probe.ts"
import { routeTo } from "./route.ts"
import { trial } from "./trial.ts"

/** What is asked about. */
export interface Asked {
  readonly hostname: string
  readonly port: number | undefined
  /** How many bytes a trial sends; 0 for no trial. */
  readonly send: number
}

/** Looks at the way to a host, connects if there is a port, and sends what was asked for. */
export async function look(libc: Libc, { hostname, port, send }: Asked): Promise<Target> {
  const unseen = { connectMillis: undefined, route: undefined, probe: undefined, trial: undefined }
  let found: InetAddress | undefined
  let connectMillis: number | undefined
  let failure: string | undefined
  try {
    if (port !== undefined) {
      const started = performance.now()
      const socket = await connect({ hostname, port, connectTimeout })
      connectMillis = performance.now() - started
      const { peer } = insideOf(socket).connection.addresses
      if (peer?.family !== "unix") found = peer
      await socket.close()
    }
  } catch (thrown) {
    failure = messageOf(thrown)
  }
  try {
    found ??= await firstOf(hostname, port ?? discardPort)
    requireNet(found.address, discardPort, true)
  } catch (thrown) {
    failure ??= messageOf(thrown)
    return { ...unseen, hostname, port, address: found?.address, failure }
  }
  const target = unmapped(found)
  const { address } = target
  const mayTry = send > 0 && port !== undefined && failure === undefined
  return {
    ...{ hostname, port, address, failure, connectMillis },
    route: routeTo(libc, target),
    probe: await probe(libc, target),
    trial: mayTry ? await trial(hostname, port, send) : undefined,
  }
}

/** The address that the system prefers. */
async function firstOf(hostname: string, port: number): Promise<InetAddress> {
  const [found] = await Effect.runPromise(resolve(hostname, port))
  // A name was permitted when it was looked up.
  if (hostname.includes(found.address)) requireNet(found.address, port)
  return found
}

/** IPv4 in the form of IPv6 leaves as IPv4 does. */
function unmapped(found: InetAddress): InetAddress {
  const address = /^::ffff:([\d.]+)$/i.exec(found.address)?.[1]
  return address === undefined ? found : { ...found, family: 4, address }
}

const connectTimeout = 5000
/** Where the probe goes. */
const discardPort = 9
