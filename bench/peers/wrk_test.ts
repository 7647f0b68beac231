import assert from "node:assert/strict"
import { test } from "node:test"
import { openLink } from "./link.ts"
import { askByWrk, type Manner } from "./wrk.ts"

test("requests ask for a connection of their own if that is wanted", async () => {
  assert.match(await said({ closing: true }), /^wrk -t1 -c2 -d1s -H Connection: close .*-- 1$/)
  assert.doesNotMatch(await said({}), /close/)
})

/** The command that would run. */
async function said(manner: Manner): Promise<string> {
  using link = openLink("loopback", { mtu: 1500 })
  try {
    await askByWrk(link, "http://127.0.0.1:1/", 2, 1, { ...manner, before: ["echo"] })
  } catch (failure) {
    return String(failure).replace(/^.*?counted: /s, "").trim()
  }
  throw new Error("echo has counted requests")
}
