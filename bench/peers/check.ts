import { createHash } from "node:crypto"
import { Peer } from "../../test/lab/peer.ts"
import { costFrom } from "../method/cost.ts"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import type { Job, Rival } from "../rivals.ts"
import { makeRing, type Source, turnBytes } from "../rivals/source.mjs"
import { within } from "./within.ts"

/**
 * Why a rival gets no row, or nothing when all is well: what it sends arrives whole, unaltered and in
 * order, and it says what it cost and how much was copied; `more` is what it must say besides.
 */
export async function flawOf<J extends Pick<Job, "totalBytes"> & { readonly source?: Source }>(
  rival: Rival<J & Destination>,
  link: Link,
  job: J,
  programs?: Programs,
  more: readonly string[] = [],
): Promise<string | undefined> {
  if (rival.inC && programs === undefined) return "there is no C compiler"
  await using peer = await Peer.start((command) => link.receive(command), link.address)
  const { port } = peer
  const command = rival.command({ ...job, address: link.address, port, warmBytes: 0 }, programs)
  try {
    costFrom(link.send(command), 0, more)
    if (rival.sends === false) return undefined
    return flawIn(
      await within(patience, peer.received, "no end of its bytes arrived"),
      job,
    )
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

type Destination = Pick<Job, "address" | "port" | "warmBytes">

/** The SHA-256 of the ring, or of the part that the source takes, repeated up to so many bytes. */
export function expectedHash(totalBytes: number, source: Source = "views"): string {
  const turn = turnBytes(source)
  const key = `${totalBytes} by ${turn}`
  const known = hashes.get(key)
  if (known !== undefined) return known
  const ring = makeRing()
  const hash = createHash("sha256")
  for (let at = 0; at < totalBytes; at += turn) {
    hash.update(ring.subarray(0, Math.min(turn, totalBytes - at)))
  }
  const digest = hash.digest("hex")
  hashes.set(key, digest)
  return digest
}

/** Why what arrived is not what the job sends, or nothing. */
export function flawIn(
  { bytes, sha256 }: Awaited<Peer["received"]>,
  { totalBytes, source }: { readonly totalBytes: number; readonly source?: Source },
): string | undefined {
  if (bytes !== totalBytes) return `${bytes} of ${totalBytes} bytes arrived`
  return sha256 === expectedHash(totalBytes, source)
    ? undefined
    : "its bytes did not arrive unaltered"
}

/** The sender has ended by then, so what it sent is on its way at most. */
const patience = 10_000

const hashes = new Map<string, string>()
