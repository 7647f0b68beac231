import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { Answer } from "./http_answer.mjs"

const plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
const chunked =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n0\r\n0\r\n\r\n"
const empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

test("the end of an answer is found wherever it is cut, and again that of the next one", () => {
  for (const text of [plain, chunked, empty]) {
    for (let size = 1; size <= text.length; size++) {
      const answer = new Answer()
      for (let turn = 0; turn < 3; turn++) {
        for (let at = 0; at < text.length; at += size) {
          const ends = answer.endsWith(Buffer.from(text.slice(at, at + size)))
          assert.equal(ends, at + size >= text.length, `${text} in parts of ${size}, at ${at}`)
        }
      }
    }
  }
})
