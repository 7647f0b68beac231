import assert from "node:assert/strict"
import { once } from "node:events"
import { test } from "node:test"
import { linkNames, linkObstacle, openLink } from "./link.ts"

for (const name of linkNames) {
  const options = { skip: linkObstacle(name) ?? false }
  test(`${name}: commands run at both ends, and what fails says why`, options, async () => {
    using link = openLink(name, { mtu: 1500, queue: true })
    assert.equal(link.send(["echo", link.address]).trim(), link.address)
    const receiver = link.receive(["echo", "received"])
    const { stdout } = receiver
    assert.ok(stdout !== null)
    const [said] = await once(stdout, "data")
    assert.equal(String(said).trim(), "received")
    assert.throws(() => link.send(["cat", "/nowhere"]), /\/nowhere: No such file/)
  })
}
