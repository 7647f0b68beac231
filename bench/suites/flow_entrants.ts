import { spawnSync } from "node:child_process"
import type { Flow } from "../flows.ts"
import { costFrom } from "../method/cost.ts"
import { flawIn, flawOf } from "../peers/check.ts"
import type { Programs } from "../peers/compiler.ts"
import type { Link } from "../peers/link.ts"
import { type Listener, startListener } from "../peers/listener.ts"
import type { Job, Passage, Rival } from "../rivals.ts"
import { ringBytes } from "../rivals/source.mjs"
import { moves } from "./ways.ts"

/** Somebody who sends a flow. */
export interface Entrant {
  readonly command: readonly string[]
  /** Why there is no row, or nothing when what was sent arrives whole, unaltered and in order. */
  flaw(): Promise<string | undefined>
}

/** The ports at the other end of the link, for as long as a flow is measured. */
export interface Peers extends AsyncDisposable {
  readonly receiver: number
  /** A client that asks servers. */
  readonly asker: number
  readonly source: number
}

/** Starts what the flow needs at the other end. */
export async function openPeers(
  { servers, passages }: Flow,
  link: Link,
  programs: Programs | undefined,
): Promise<Peers> {
  await using started = new AsyncDisposableStack()
  const portOf = async (name: "receiver" | "asker" | "feeder") =>
    started.use(await startListener(link, name, [], programs)).port
  const receiver = await portOf("receiver")
  const asker = servers === undefined ? 0 : await portOf("asker")
  const source = passages === undefined ? 0 : await portOf("feeder")
  const moved = started.move()
  return { receiver, asker, source, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

/** Everybody who sends the flow, by name. */
export function entrantsOf(
  flow: Flow,
  link: Link,
  { receiver, asker, source }: Peers,
  size: Pick<Job, "totalBytes" | "warmBytes">,
  programs: Programs | undefined,
): ReadonlyMap<string, Entrant> {
  const { address } = link
  const job = { address, chunkBytes: flow.chunkBytes, source: flow.source, ...size }
  const passage = { address, port: receiver, sourcePort: source, ...size }
  const checked = { ...job, totalBytes: ringBytes }
  const sender = (rival: Rival): Entrant => ({
    command: rival.command({ ...job, port: receiver }, programs),
    flaw: () =>
      flow.packed
        ? flawOfPacked(rival, link, checked)
        : flawOf(rival, link, checked, programs, moves),
  })
  const server = (rival: Rival): Entrant => ({
    command: rival.command({ ...job, port: asker }, programs),
    flaw: () => flawOfServer(rival, link, checked),
  })
  const relay = (rival: Rival<Passage>): Entrant => ({
    command: rival.command(passage, programs),
    flaw: () => flawOfRelay(rival, link, passage, programs),
  })
  return new Map([
    ...(flow.senders ?? []).map((rival) => [rival.name, sender(rival)] as const),
    ...(flow.servers ?? []).map((rival) => [rival.name, server(rival)] as const),
    ...(flow.passages ?? []).map((rival) => [rival.name, relay(rival)] as const),
  ])
}

/** Why a relay gets no row, or nothing when what its source sent arrives whole, unaltered and in order. */
export const flawOfRelay = (
  rival: Rival<Passage>,
  link: Link,
  { sourcePort }: Pick<Passage, "sourcePort">,
  programs: Programs | undefined,
): Promise<string | undefined> =>
  flawOf(rival, link, { sourcePort, totalBytes: unevenBytes }, programs, moves)

/** The same of one whose bytes are to be unpacked first. */
const flawOfPacked = (rival: Rival, link: Link, job: Checked): Promise<string | undefined> =>
  flawAt("inflater", rival, link, job)

/** The same of a file server. */
async function flawOfServer(rival: Rival, link: Link, job: Checked): Promise<string | undefined> {
  const { needs } = rival
  if (needs === undefined || spawnSync(needs, ["-v"], { stdio: "ignore" }).status === 0) {
    return await flawAt("asker", rival, link, job)
  }
  return `${needs} is not installed: as root, \`apt-get install ${needs}\``
}

async function flawAt(
  peer: "asker" | "inflater",
  rival: Rival,
  link: Link,
  job: Checked,
): Promise<string | undefined> {
  await using listener: Listener<{ bytes: number; sha256: string }> = await startListener(
    ...[link, peer, [], "hashing"] as const,
  )
  try {
    const command = rival.command({ ...job, port: listener.port, warmBytes: 0 })
    costFrom(link.send(command), 0, moves)
    return flawIn(await listener.report(), job)
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

type Checked = Omit<Job, "port" | "warmBytes">

/** More than the ring, and no whole number of anything. */
const unevenBytes = 70_000_001
