import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  longestUnixPath,
  readUnixSockaddr,
  sockaddrUnBytes,
  writeUnixSockaddr,
} from "./sockaddr_un.ts"

const memory = () => new ArrayBuffer(sockaddrUnBytes)

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes("\0"))

test("a path and an abstract name come back as they were written", () =>
  fc.assert(fc.property(name, fc.boolean(), (name, abstract) => {
    const path = abstract ? `\0${name}` : name
    fc.pre(new TextEncoder().encode(path).length <= longestUnixPath)
    const target = memory()
    // The kernel and the caller may have left anything behind.
    new Uint8Array(target).fill(0x61)
    assert.equal(readUnixSockaddr(target, writeUnixSockaddr(target, path)), path)
  })))

test("the longest path fits, and a longer one is refused", () => {
  const path = "a".repeat(longestUnixPath)
  const target = memory()
  assert.equal(writeUnixSockaddr(target, path), sockaddrUnBytes)
  assert.equal(readUnixSockaddr(target, sockaddrUnBytes), path)
  assert.throws(() => writeUnixSockaddr(target, path + "a"), /108 bytes/)
})

test("a socket without a name has an empty path, and other families have none", () => {
  const target = memory()
  writeUnixSockaddr(target, "a")
  assert.equal(readUnixSockaddr(target, 2), "")
  new DataView(target).setUint16(0, 2, true)
  assert.equal(readUnixSockaddr(target, 16), undefined)
})
