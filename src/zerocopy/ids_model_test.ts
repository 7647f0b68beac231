import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Holds } from "../pieces/holds.ts"
import { Ids } from "./ids.ts"

/**
 * Holds and ids next to a model that keeps everything for ever and knows nothing of rings, masks or
 * wrapping: it numbers holds and ids from 0.
 */
class Model {
  readonly firstId: number
  readonly account: Account<number>
  readonly holds: { sealed: boolean; released: number; readonly ids: Set<number> }[] = []
  readonly ids: { readonly bytes: number; notified: boolean; verdict?: Verdict }[] = []
  unknownIds = 0

  constructor(firstId: number) {
    this.firstId = firstId
    this.account = accountOf<number>((owner) => {
      const hold = this.holds[owner]
      hold.released++
      assert.ok(this.isOver(owner), `hold ${owner} was released early`)
    }, firstId)
  }

  /** The u32 that the socket gives for the id `index`. */
  wire(index: number): number {
    return (this.firstId + index) >>> 0
  }

  open(): void {
    assert.equal(this.account.holds.open(this.holds.length), this.holds.length)
    this.holds.push({ sealed: false, released: 0, ids: new Set() })
  }

  /** Sends `bytes` from up to `count` consecutive holds, the first of which is the `from`th open one. */
  send(from: number, count: number, bytes: number): void {
    const first = this.holds.findIndex((hold, i) => !hold.sealed && i >= from % this.holds.length)
    if (first < 0) return
    let last = first
    while (last - first + 1 < count && this.holds[last + 1]?.sealed === false) last++
    const index = this.ids.length
    this.ids.push({ bytes, notified: false })
    for (let hold = first; hold <= last; hold++) this.holds[hold].ids.add(index)
    assert.equal(this.account.ids.issue(first, last, bytes), this.wire(index))
  }

  seal(at: number): void {
    const open = this.holds.flatMap(({ sealed }, i) => sealed ? [] : [i])
    if (open.length === 0) return
    const hold = open[at % open.length]
    this.holds[hold].sealed = true
    this.account.holds.seal(hold)
  }

  /** Notifies `count` ids, starting `back` before the next id. */
  notify(back: number, count: number, copied: boolean): void {
    const first = this.ids.length - back
    for (let i = 0; i < count; i++) {
      const id = this.ids[first + i]
      if (id === undefined || id.notified) {
        this.unknownIds++
        continue
      }
      id.notified = true
      id.verdict = i > 0 ? "unverified" : copied ? "copied" : "zerocopy"
    }
    this.account.ids.notify(this.wire(first), this.wire(first + count - 1), copied)
  }

  isOver(hold: number): boolean {
    const { sealed, ids } = this.holds[hold]
    return sealed && [...ids].every((id) => this.ids[id].notified)
  }

  check(): void {
    const { account, holds, ids } = this
    holds.forEach(({ released }, i) => {
      assert.equal(released, this.isOver(i) ? 1 : 0, `hold ${i} was released ${released} times`)
    })
    const held = holds.flatMap((_, i) => this.isOver(i) ? [] : [i])
    const visited: number[] = []
    account.holds.forEachHeld((owner) => visited.push(owner))
    assert.deepEqual(visited, held)
    assert.equal(account.holds.held, held.length)
    assert.equal(account.holds.first, held[0] ?? holds.length)
    assert.equal(account.holds.next, holds.length)
    assert.equal(account.ids.next, this.wire(ids.length))

    const inFlight = ids.filter(({ notified }) => !notified)
    assert.equal(account.ids.calls, inFlight.length)
    assert.equal(account.ids.bytes, sumOf(inFlight))
    const oldest = ids.findIndex(({ notified }) => !notified)
    assert.equal(account.ids.span, oldest < 0 ? 0 : ids.length - oldest)

    const { counts } = account.ids
    assert.equal(counts.issued, ids.length)
    assert.equal(counts.notified, ids.length - inFlight.length)
    assert.equal(counts.unknownIds, this.unknownIds)
    for (const verdict of ["zerocopy", "copied", "unverified"] as const) {
      const judged = ids.filter((id) => id.verdict === verdict)
      assert.equal(counts[`${verdict}Ids`], judged.length)
      assert.equal(counts[`${verdict}Bytes`], sumOf(judged))
    }
  }

  /** Seals and notifies the rest. */
  finish(): void {
    while (this.holds.some(({ sealed }) => !sealed)) this.seal(0)
    if (this.ids.length > 0) this.notify(this.ids.length, this.ids.length, false)
    this.check()
    assert.equal(this.account.holds.held, 0)
  }
}

test("any split, order, merging and repetition releases each hold once, and never early", () =>
  fc.assert(
    fc.property(firstId, fc.array(step, { maxLength: 120, size: "max" }), (first, steps) => {
      const model = new Model(first)
      for (const take of steps) {
        take(model)
        model.check()
      }
      model.finish()
    }),
    { numRuns: 200 },
  ))

test("releases that send, seal and process notifications keep the counts correct", () =>
  fc.assert(
    fc.property(
      firstId,
      fc.array(fc.record({ pieces: fc.nat(40), sends: fc.nat(3), notified: fc.nat(60) }), {
        maxLength: 40,
        size: "max",
      }),
      fc.infiniteStream(fc.nat(9)),
      (first, rounds, choices) => {
        const live = new Set<number>()
        let opened = 0
        let released = 0
        const choose = () => choices.next().value
        const account: Account<number> = accountOf<number>((owner) => {
          assert.ok(live.delete(owner), `hold ${owner} was released twice`)
          released++
          const choice = choose()
          if (choice === 0) open(3)
          // Processes notifications from inside a release, as a release that closes another stream does.
          if (choice === 1 && account.ids.calls > 0) {
            account.ids.notify((account.ids.next - 1) >>> 0, (account.ids.next - 1) >>> 0, true)
          }
        }, first)
        const open = (sends: number) => {
          const hold = account.holds.open(opened)
          live.add(opened++)
          for (let i = 0; i < sends; i++) account.ids.issue(hold, hold, 1)
          account.holds.seal(hold)
        }
        for (const { pieces, sends, notified } of rounds) {
          for (let i = 0; i < pieces; i++) open(sends)
          const oldest = (account.ids.next - account.ids.span) >>> 0
          if (notified > 0) account.ids.notify(oldest, (oldest + notified - 1) >>> 0, false)
          assert.equal(account.holds.held, live.size)
          assert.equal(
            account.ids.counts.issued,
            account.ids.counts.notified + account.ids.calls,
          )
          assert.ok(account.ids.counts.unknownIds >= 0)
        }
        for (let i = 0; account.ids.calls > 0; i++) {
          assert.ok(i < 10_000)
          account.ids.notify(
            (account.ids.next - account.ids.span) >>> 0,
            (account.ids.next - 1) >>> 0,
            false,
          )
        }
        assert.equal(released, opened)
        assert.equal(account.ids.bytes, 0)
      },
    ),
  ))

type Verdict = "zerocopy" | "copied" | "unverified"

const sumOf = (ids: readonly { readonly bytes: number }[]): number =>
  ids.reduce((sum, { bytes }) => sum + bytes, 0)

/** Small ids, the last ones before the wrap, and where a signed 32-bit number would turn over. */
const firstId = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0xffff_ff80, max: 0xffff_ffff }),
  fc.integer({ min: 0x7fff_ff80, max: 0x8000_0000 }),
)

const step = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }).map((n) => repeat(n, (m) => m.open())) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 1, max: 17 }), fc.nat(65536), fc.nat(8)).map((
      [from, count, bytes, more],
    ) => repeat(1 + more, (m) => m.holds.length > 0 && m.send(from, count, bytes))),
  },
  { weight: 5, arbitrary: fc.nat().map((at) => (m: Model) => m.seal(at)) },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.integer({ min: -3, max: 120 }),
      fc.integer({ min: 1, max: 120 }),
      fc.boolean(),
    )
      .map(([back, count, copied]) => (m: Model) => m.notify(back, count, copied)),
  },
)

const repeat = (times: number, act: (model: Model) => void) => (model: Model) => {
  for (let i = 0; i < times; i++) act(model)
}

interface Account<Owner> {
  readonly holds: Holds<Owner>
  readonly ids: Ids
}

function accountOf<Owner>(release: (owner: Owner) => void, firstId = 0): Account<Owner> {
  const holds = new Holds(release)
  return { holds, ids: new Ids(holds, firstId) }
}
