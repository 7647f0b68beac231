/** As `reference/asked.c` answers. */
export const response = responseOf(0, "")

/** What is sent without end to those who do not ask; it stays where it is. */
export const body = new Uint8Array(256 * 1024)

/**
 * How a server of the suite `small` answers.
 *
 * - `one`: each ask with the short response
 * - `pipelined`: the same, to all asks that have come together
 * - `large`: with 16 KiB
 * - `closing`: with the short response, and then it closes the connection
 * - `rate`: as `one`
 * - `beside`: as `one`, while others take bodies from a second port
 *
 * @param {string | undefined} ask
 */
export function answering(ask) {
  const large = ask === "large"
  const closes = ask === "closing"
  const answer = large || closes
    ? responseOf(large ? 16 * 1024 : 0, closes ? "Connection: close\r\n" : "")
    : response
  const count = ask === "pipelined" ? asksIn : () => 1
  return { answer, closes, count }
}

/**
 * What `wrk` asks has three lines, and a segment has whole asks.
 *
 * @param {Uint8Array} bytes
 */
function asksIn(bytes) {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines / 3
}

/**
 * @param {number} bytes
 * @param {string} lines
 */
function responseOf(bytes, lines) {
  const body = bytes === 0 ? "Hello, world!" : "a".repeat(bytes)
  return new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${lines}` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  )
}
