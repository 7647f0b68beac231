import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { messageOf } from "../../argument/mod.ts"
import { connect } from "../../tcp/mod.ts"
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
  let address: string | undefined
  let connectMillis: number | undefined
  let failure: string | undefined
  try {
    if (port !== undefined) {
      const started = performance.now()
      const socket = await connect({ hostname, port, connectTimeout })
      connectMillis = performance.now() - started
      address = socket.remoteAddr.hostname
      await socket.close()
    }
  } catch (thrown) {
    failure = messageOf(thrown)
  }
  try {
    address ??= await addressOf(hostname, port)
    requireNet(address, discardPort, true)
  } catch (thrown) {
    failure ??= messageOf(thrown)
    return { ...unseen, hostname, port, address, failure }
  }
  const target: InetAddress = {
    ...{ family: isIP(address) === 6 ? 6 : 4, address, port: 0, scope: 0 },
  }
  const mayTry = send > 0 && port !== undefined && failure === undefined
  return {
    ...{ hostname, port, address, failure, connectMillis },
    route: routeTo(libc, target),
    probe: await probe(libc, target),
    trial: mayTry ? await trial(address, port, send) : undefined,
  }
}

async function addressOf(hostname: string, port: number | undefined): Promise<string> {
  if (isIP(hostname) !== 0) {
    requireNet(hostname, port ?? discardPort)
    return hostname
  }
  return (await lookup(hostname)).address
}

const connectTimeout = 5000
/** Where the probe goes. */
const discardPort = 9
