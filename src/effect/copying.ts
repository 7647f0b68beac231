import type { SocketOptions } from "../tcp/mod.ts"

/**
 * The options with ownership `"copy"`, unless they set another one. Inherited options are kept; a spread
 * would drop them. Values that are not objects are returned unchanged, for the function to refuse.
 */
export function copying<Options extends SocketOptions>(options: Options): Options {
  if (typeof options !== "object" || options === null) return options
  if (options.ownership !== undefined) return options
  return Object.create(options, { ownership: { value: "copy", enumerable: true } })
}
