import Negotiator from "negotiator"
import type { OpenFile } from "../../tcp/mod.ts"
import { isMissing } from "./missing.ts"
import type { Root } from "./root.ts"

/** A compressed neighbour of a file. */
export interface Variant {
  readonly file: OpenFile
  /** Its Content-Encoding. */
  readonly coding: string
}

/**
 * Opens the compressed neighbour of a file that the client likes best. Returns nothing if it likes the
 * file itself better, or if there is no such neighbour.
 */
export async function openVariant(
  root: Root,
  names: readonly string[],
  acceptEncoding: string | null,
): Promise<Variant | undefined> {
  for (const coding of preferred(acceptEncoding)) {
    const ending = endings[coding]
    if (ending === undefined) return undefined
    const last = names.length - 1
    try {
      const file = await root.open([...names.slice(0, last), `${names[last]}${ending}`])
      return { file, coding }
    } catch (failure) {
      if (!isMissing(failure)) throw failure
    }
  }
  return undefined
}

/** The codings that the client accepts, the best first, down to "identity". */
function preferred(acceptEncoding: string | null): readonly string[] {
  // Without the header any coding is acceptable, but many such clients cannot decode.
  const headers = { "accept-encoding": acceptEncoding ?? "identity" }
  const negotiator = new Negotiator({ headers }) as unknown as WithPreferred
  return negotiator.encodings(codings, { preferred: codings })
}

/** The published types are those of 0.6, whose order was the client's alone. */
interface WithPreferred {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[]
}

/** Of codings that a client likes equally, the first is sent: it is usually the smallest. */
const codings = ["br", "zstd", "gzip", "identity"]
const endings: Readonly<Record<string, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" }
