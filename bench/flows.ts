import {
  fetchRivals,
  fileRivals,
  gzipRivals,
  type Job,
  named,
  type Passage,
  relayRivals,
  type Rival,
  rivals,
  serverRivals,
} from "./rivals.ts"

/** Something that programs send, and everybody who sends it. */
export interface Flow {
  readonly name: string
  /** In plain words. */
  readonly what: string
  readonly source: Job["source"]
  readonly chunkBytes: number
  /** Those that send to a receiver. */
  readonly senders?: readonly Rival[]
  /** Those that serve files to a client that asks. */
  readonly servers?: readonly Rival[]
  /** Those that move bytes from a source to a receiver. */
  readonly passages?: readonly Rival<Passage>[]
  /** Whether the receiver unpacks what comes. */
  readonly packed?: boolean
  /** The best way without a runtime, by the name of its rival. */
  readonly native?: string
  /** The most bytes in a round, where they take very long. */
  readonly mostBytes?: number
}

const KiB = 1024
const MiB = 1024 * KiB

const ownAndOurs = ["zerowire-bun", "own-bun", "zerowire-deno", "own-deno"]
const all = (names: readonly string[]) => names.map((name) => named(rivals, name))
const common = { source: "views", chunkBytes: 64 * KiB } as const

/** All of them; the names are those that `--flows` takes. */
export const flows: readonly Flow[] = [
  {
    ...{ ...common, name: "memory", what: "memory that stays, 64 MiB" },
    ...{ senders: all([...ownAndOurs, "c-zerocopy"]), native: "c-zerocopy" },
  },
  {
    ...{ ...common, name: "cache", what: "memory that stays in the cache, 4 MiB" },
    ...{ source: "cached", senders: all([...ownAndOurs, "c-zerocopy"]), native: "c-zerocopy" },
  },
  {
    ...{ ...common, name: "file", what: "a file" },
    ...{ senders: fileRivals, servers: serverRivals, native: "c-sendfile" },
  },
  {
    ...{ ...common, name: "relay", what: "from socket to socket" },
    ...{ passages: relayRivals, native: "c-splice" },
  },
  {
    ...{ ...common, name: "fetch", what: "the body of a fetch" },
    ...{ passages: fetchRivals, native: "c-splice" },
  },
  {
    ...{ ...common, name: "gzip", what: "what a CompressionStream packs" },
    ...{ senders: gzipRivals, packed: true, mostBytes: 64 * MiB },
  },
  ...[16 * KiB, 64 * KiB, 256 * KiB, MiB].map((chunkBytes): Flow => ({
    ...{ name: `fresh-${chunkBytes / KiB}k`, what: `fresh chunks of ${chunkBytes / KiB} KiB` },
    ...{ source: "fresh", chunkBytes, senders: all(ownAndOurs) },
  })),
]
