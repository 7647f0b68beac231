import assert from "node:assert/strict"
import process from "node:process"
import { describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { labObstacle } from "../../../lab/lab.ts"
import { runtimeOf } from "../soak.ts"
import { soakHttp } from "./soak.ts"

const skip = labObstacle() ?? false

describe("while clients abort, stall, reset and half-close", { skip }, () => {
  test("others get every byte over HTTP, and nothing is left", { timeout: 300_000 }, async () => {
    const server = runtimeOf(process.execPath, "Deno" in globalThis ? "deno" : "bun")
    const { complaints, asked } = await soakHttp({
      ...{ seed: 1, seconds: 3, clients: 20, drop: 10, server, client: runtimeOf(bun, "bun") },
      tell: () => {},
    })
    assert.deepEqual(complaints, [])
    assert.ok(asked !== undefined && asked.answers > 50, `${asked?.answers} answers`)
    const ways = Object.keys(asked.kinds ?? {}).map((kind) => kind.split(" ").slice(1).join(" "))
    for (const way of ["left", "stalled", "half-closed", "read"]) assert.ok(ways.includes(way), way)
  })
})

/** Clients of one kind for both runtimes. */
const bun = fileURLToPath(new URL("../../../node_modules/bun/bin/bun.exe", import.meta.url))
