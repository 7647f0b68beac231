import type { ListenOptions } from "./listen_options.ts"

/**
 * Refuses options that name two places to listen at, and those that the place has no use for: a program that
 * gives them would believe that they hold.
 *
 * @throws {TypeError}
 */
export function checkOnePlace(options: ListenOptions): void {
  const given = asGiven(options)
  const [place = "port", second] = places.filter((name) => given[name] !== undefined)
  if (second !== undefined) {
    throw new TypeError(
      `Cannot listen: there are "${place}" and "${second}". Call listen() for each of them`,
    )
  }
  for (const [name, only] of Object.entries(uses) as [keyof typeof uses, readonly string[]][]) {
    if (given[name] === undefined || only.includes(place)) continue
    throw new TypeError(
      `Cannot listen: "${name}" goes with "${only.join('" or "')}", not "${place}"`,
    )
  }
}

/** An address of a Unix domain socket that is passed on has all members of `NetAddress`. */
function asGiven(options: ListenOptions): ListenOptions {
  const { path, hostname = "", port = 0, ...others } = options
  return path !== undefined && hostname === "" && port === 0 ? { path, ...others } : options
}

const places = ["port", "path", "fd", "activated"] as const

/** The places that have a use for an option. */
const uses = {
  hostname: ["port"],
  reusePort: ["port"],
  backlog: ["port", "path"],
  mode: ["path"],
} as const
