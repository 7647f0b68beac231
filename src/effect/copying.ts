import type { SocketOptions } from "../tcp/mod.ts"

/**
 * The options with ownership `"copy"`, unless they say otherwise. What is inherited stays: a spread would
 * drop it, and take the default. What is not an object is left for its function to refuse.
 */
export function copying<Options extends SocketOptions>(options: Options): Options {
  if (typeof options !== "object" || options === null) return options
  if (options.ownership !== undefined) return options
  return Object.create(options, { ownership: { value: "copy", enumerable: true } })
}
