import assert from "node:assert/strict"
import { test } from "node:test"
import { ByDescriptor } from "./by_descriptor.ts"

for (const fd of [0, 7, 0xffff, 0x10000, 2 ** 31 - 1]) {
  test(`file descriptor ${fd} has what was set last, and no other one has it`, () => {
    const values = new ByDescriptor("none")
    assert.equal(values.get(fd), "none")
    values.set(fd, "a")
    values.set(fd, "b")
    assert.equal(values.get(fd), "b")
    if (fd > 0) assert.equal(values.get(fd - 1), "none")
    assert.equal(values.get(fd + 1), "none")
    assert.deepEqual(values.all().filter(([, value]) => value !== "none"), [[fd, "b"]])
    values.set(fd, "none")
    assert.equal(values.get(fd), "none")
    assert.deepEqual(values.all().filter(([, value]) => value !== "none"), [])
  })
}
