import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import { TurnEnd } from "../../reactor/mod.ts"
import { TurnBytes } from "../../stack/turn_bytes.ts"
import type { Connection } from "../connection/connection.ts"
import { ChunkWriter } from "./writer.ts"

test("writers of large chunks share a turn, and go on in the next", async () => {
  let endTurn = () => {}
  const turnEnd = new TurnEnd((run) => endTurn = run)
  const stack = { reactor: { turnEnd }, turnBytes: new TurnBytes(turnEnd) }
  const writers = Array.from({ length: 8 }, () => new ChunkWriter(connectionOn(stack)))
  const chunk = new Uint8Array(256 * 1024)
  /** Writes until everybody has to wait, or nobody ever will. */
  const turn = async () => {
    let bytes = 0
    const pauses: Promise<void>[] = []
    for (const writer of writers) {
      for (let writes = 0; writes < 200; writes++) {
        const pause = writer.write(chunk)
        bytes += chunk.byteLength
        if (pause === undefined) continue
        pauses.push(Effect.runPromise(pause))
        break
      }
    }
    assert.equal(pauses.length, writers.length)
    endTurn()
    await Promise.all(pauses)
    return bytes
  }
  const shared = 4 * 1024 * 1024 + writers.length * chunk.byteLength
  for (let turns = 0; turns < 3; turns++) {
    const bytes = await turn()
    assert.ok(bytes <= shared, `a turn took ${bytes} bytes`)
  }
})

test("who waits for the next turn is told at once when the connection is lost", async () => {
  const stack = { reactor: { turnEnd: new TurnEnd(() => {}) }, turnBytes: { add: () => true } }
  const connection = connectionOn(stack)
  const pause = new ChunkWriter(connection).write(new Uint8Array(1))
  assert.ok(pause !== undefined)
  const waiting = Effect.runPromise(pause)
  const lost = new Error("lost")
  lose.get(connection)?.(lost)
  await assert.rejects(waiting, lost)
})

const lose = new WeakMap<Connection, (error: Error) => void>()

/** One whose peer takes everything at once. */
function connectionOn(stack: object): Connection {
  const queue = {
    writtenBytes: 0,
    flush: { hold() {} },
    onFailure(hook: (error: Error) => void) {
      lose.set(connection, hook)
      return () => void lose.delete(connection)
    },
  }
  const packer = {
    write(chunk: Uint8Array) {
      queue.writtenBytes += chunk.byteLength
      return 0
    },
  }
  const connection = { stack, queue, packer } as unknown as Connection
  return connection
}
