import assert from "node:assert/strict"
import { test } from "node:test"
import type { Address } from "../backend.ts"
import { BunCourier } from "./courier.ts"

test("a courier that finds no libc sends nothing, however often it is asked", {
  timeout: 60_000,
}, async () => {
  const courier = new BunCourier(["/no/such/library.so"])
  for (let i = 0; i < 2; i++) {
    assert.equal(await new Promise((resolve) => courier.send(-1, 0 as Address, 0, resolve)), -1)
  }
  courier.close()
})
