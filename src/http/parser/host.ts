import { malformed } from "./refusal.ts"

/**
 * The origin of a Host header: `http://` and the host as a URL writes it, in small letters and without port
 * 80.
 *
 * @throws {Refusal} 400, unless it is a name or an address, perhaps with a port.
 */
export function hostOrigin(host: string): string {
  // Comparing with the last one costs less than a look into the map, which has to hash the text first.
  if (host === lastHost) return lastOrigin
  const origin = origins.get(host) ?? originOf(host)
  lastHost = host
  lastOrigin = origin
  return origin
}

let lastHost: string | undefined
let lastOrigin = ""

function originOf(host: string): string {
  if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i.test(host)) throw malformed(message)
  let url: URL
  try {
    // Also refuses what only looks like an address or a port.
    url = new URL(`http://${host}/`)
  } catch {
    throw malformed(message)
  }
  // It makes 127.0.0.1 of "127.1": another site than the one that a proxy in front has seen.
  const name = host.replace(/:[0-9]+$/, "").toLowerCase()
  if (!host.startsWith("[") && url.hostname !== name) throw malformed(message)
  const { origin } = url
  if (origins.size >= mostOrigins) origins.clear()
  origins.set(host, origin)
  return origin
}

/** A server has few names, and parsing one costs as much as a request. Clients choose them: so not many. */
const origins = new Map<string, string>()
const mostOrigins = 256

const message = "Host must be a name or an address, perhaps with a port"
