import type { HttpServers } from "./http_servers.ts"
import type { Link } from "./link.ts"
import { askByWrk } from "./wrk.ts"

/**
 * Has every server asked before it is measured, because compilers count calls: a link that is slow would
 * leave them cold. Answers who fails.
 */
export async function warm(
  link: Link,
  { names, flaws, get, paths }: HttpServers,
  seconds: number,
  closing = false,
): Promise<Map<string, string>> {
  const manner = { near: true, long: true, closing }
  const failures = new Map<string, string>()
  for (const name of names.filter((name) => !flaws.has(name))) {
    try {
      for (const path of paths) {
        await askByWrk(link, get(name).url + path, connections, seconds, manner)
      }
    } catch (failure) {
      failures.set(name, failure instanceof Error ? failure.message : String(failure))
    }
  }
  return failures
}

const connections = 16
