import { errno } from "../port.ts"

/** The number that Linux gives to an error of the runtime's sockets, on whatever system this is. */
export function errnoOf(failure: unknown): number {
  const { code } = failure as { readonly code?: unknown }
  const known = typeof code === "string"
    ? (errno as Readonly<Record<string, number>>)[code]
    : undefined
  return known ?? errno.EIO
}
