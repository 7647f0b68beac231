import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import process from "node:process"
import { arrives } from "./check.ts"
import { openLink } from "./link.ts"
import type { Rival } from "./rivals.ts"

const options = { timeout: 60_000 }
const runtime = "Deno" in globalThis
  ? [process.execPath, "run", "--allow-all", "--no-check"]
  : [process.execPath]
const program = fileURLToPath(new URL("rivals/faulty.mjs", import.meta.url))

describe("a rival gets a row", options, () => {
  const faults = { none: true, short: false, altered: false, swapped: false }
  for (const [fault, expected] of Object.entries(faults)) {
    test(
      `${expected ? "when what arrives is right" : `never when it is ${fault}`}`,
      options,
      async () => {
        using link = openLink("loopback", 1500)
        const rival: Rival = {
          name: fault,
          command: ({ address, port, chunkBytes, totalBytes }) => [
            ...[...runtime, program, address],
            ...[port, chunkBytes, totalBytes].map(String),
            fault,
          ],
        }
        const job = { chunkBytes: 65_536, totalBytes: 40 * 65_536, source: "views" } as const
        assert.equal(await arrives(rival, link, job, ""), expected)
      },
    )
  }
})
