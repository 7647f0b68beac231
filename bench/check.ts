import { createHash } from "node:crypto"
import { Peer } from "../test/lab/peer.ts"
import type { Link } from "./link.ts"
import type { Job, Rival } from "./rivals.ts"
import { makeRing, ringBytes } from "./rivals/source.mjs"

/** Whether what a rival sends arrives as it should. A rival that fails gets no row. */
export async function arrives(
  rival: Rival,
  link: Link,
  job: Omit<Job, "address" | "port" | "warmBytes">,
  sender: string,
): Promise<boolean> {
  await using peer = await Peer.start((command) => link.receive(command), link.address)
  const { port } = peer
  link.send(rival.command({ ...job, address: link.address, port, warmBytes: 0 }, sender))
  const { bytes, sha256 } = await peer.received
  return bytes === job.totalBytes && sha256 === expectedHash(job.totalBytes)
}

/** The SHA-256 of the ring, repeated up to so many bytes. */
export function expectedHash(totalBytes: number): string {
  const ring = makeRing()
  const hash = createHash("sha256")
  for (let at = 0; at < totalBytes; at += ringBytes) {
    hash.update(ring.subarray(0, Math.min(ringBytes, totalBytes - at)))
  }
  return hash.digest("hex")
}
