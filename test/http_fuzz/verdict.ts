import type { Attack } from "./attack.ts"
import type { Opinion } from "./oracle.ts"

/** Everything that is wrong with what the server did on a connection. */
export function complaintsOf(attack: Attack, { heads, whole, statuses, wrong }: Opinion): string[] {
  const { plan, calls, end } = attack
  const found: string[] = []
  if (end === "hangs") found.push("the connection was neither answered nor closed")
  if (wrong !== null) found.push(`the answers cannot be read: ${wrong}`)
  const seen = calls.map(({ method, path }) => `${method} ${path}`)
  const [strayHead] = behind(seen, heads.map(([method, target]) => `${method} ${pathOf(target)}`))
  if (strayHead !== undefined) found.push(`the handler was called with ${strayHead}`)
  const complete = calls.flatMap(({ method, path, body }) =>
    body === undefined || !hasBody(method) ? [] : [`${method} ${path} ${body.length} ${body.sha1}`]
  )
  const [strayBody] = behind(
    complete,
    whole.flatMap(([method, target, length, sha1]) =>
      hasBody(method) ? [`${method} ${pathOf(target)} ${length} ${sha1}`] : []
    ),
  )
  if (strayBody !== undefined) found.push(`the handler has got ${strayBody}`)
  const finals = statuses.filter((status) => status >= 200)
  const refusal = finals.findIndex((status) => status >= 400)
  const strange = finals.filter((status) => status >= 400 && !refusals.has(status))
  if (strange.length > 0) found.push(`it was answered with ${strange}`)
  if (refusal >= 0 && refusal < finals.length - 1) found.push("it went on after a refusal")
  const successes = finals.filter((status) => status < 400).length
  const answerable = calls.filter(({ body }) => body !== undefined).length
  if (successes > answerable) found.push(`${successes} answers to ${answerable} requests`)
  if (plan.valid !== undefined && successes !== plan.valid) {
    found.push(`${successes} of ${plan.valid} requests were answered`)
  }
  return found
}

/** What `list` has that `of` does not begin with. */
const behind = (list: readonly string[], of: readonly string[]): string[] =>
  list.filter((item, i) => item !== of[i])

/** Whatever a client sends with these, a Request has no body. */
const hasBody = (method: string): boolean => method !== "GET" && method !== "HEAD"

/** The path as a URL writes it: the oracles give what was sent. */
function pathOf(target: string): string {
  try {
    const { pathname, search } = new URL(/^[/*]/.test(target) ? origin + slashed(target) : target)
    return pathname + search
  } catch {
    return target
  }
}

const origin = "http://fuzz.test"
/** `OPTIONS *` is about the server, and a URL has no other path for that. */
const slashed = (target: string): string => target === "*" ? "/" : target

/** A refusal is a fault of the client, or says what the server does not speak. */
const refusals = new Set([400, 408, 413, 414, 417, 431, 501, 505])
