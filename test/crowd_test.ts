import assert from "node:assert/strict"
import { test } from "node:test"
import type { Socket } from "../src/mod.ts"
import { simulate, type Simulation } from "../src/testing.ts"

/**
 * The simulated kernel and network treat all sockets alike, so only Zerowire decides what each gets.
 * `test/lab/fairness_test.ts` tests the same over Linux's TCP, which also has a say.
 */
for (const zerocopy of ["always", "never"] as const) {
  test(`of many peers each gets its part, beside some that read nothing (zerocopy: "${zerocopy}")`, async () => {
    const simulation = simulate({
      seed: 1,
      limits: { ipcLock: true, sendBuffer: bufferBytes, receiveBuffer: bufferBytes },
    })
    // Far less than all could pin, and so little that there are no turns.
    simulation.stack.budget.limit = 1024 * 1024
    await simulation.run(async () => {
      const open = (count: number, receiving: boolean) =>
        Promise.all(Array.from({ length: count }, () => connect(simulation, receiving, zerocopy)))
      const silent = await open(5, false)
      const active = await open(30, true)
      for (const socket of [...silent, ...active]) write(socket).catch(() => {})
      const equalBytes = 2 * 1024 * 1024
      const total = () => active.reduce((sum, socket) => sum + socket.stats().acceptedBytes, 0)
      while (total() < active.length * equalBytes) await simulation.sleep(1)
      const least = Math.min(...active.map((socket) => socket.stats().acceptedBytes))
      assert.ok(least >= equalBytes / 2, `the least is ${least} bytes of ${equalBytes}`)
      await Promise.all([...silent, ...active].map((socket) => socket.abort()))
    })
  })
}

function connect(
  simulation: Simulation,
  receiving: boolean,
  zerocopy: "always" | "never",
): Promise<Socket> {
  const { hostname, port } = simulation.peer({ receiving })
  return simulation.connect({ hostname, port, zerocopy, ownership: "borrow" })
}

async function write(socket: Socket): Promise<never> {
  const writer = socket.writable.getWriter()
  for (;;) await writer.write(chunk)
}

const bufferBytes = 128 * 1024
const chunk = new Uint8Array(64 * 1024)
