/**
 * Makes cases: requests as bytes, and what a server must make of them.
 *
 * @module
 */

/** What a client sends before it ends its side, the statuses of the answers, and why. */
export interface Case {
  readonly name: string
  /** The section of the RFC, or the attack that it would make possible. */
  readonly why?: string
  /** Each character is a byte. */
  readonly bytes: string
  /** The statuses of all answers. After one of 400 and above, the server has closed. */
  readonly statuses: readonly number[]
}

export const refuse = (name: string, bytes: string, status = 400): Case => ({
  name,
  bytes,
  statuses: [status],
})
export const accept = (name: string, bytes: string, count = 1): Case => ({
  name,
  bytes,
  statuses: new Array(count).fill(200),
})
/** No answer: the request is incomplete, or was never begun. */
export const silence = (name: string, bytes: string): Case => ({ name, bytes, statuses: [] })

export const get = (lines: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`
export const post = (lines: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`
export const chunked = (body: string): string => post("Transfer-Encoding: chunked", body)
/** A request that must never be seen: it would be smuggled. */
export const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

/** A request with this line, and a Host. */
export const line = (text: string): string => `${text}\r\nHost: a\r\n\r\n`

/** Says why of all of these. */
export const because = (why: string, cases: readonly Case[]): readonly Case[] =>
  cases.map((one) => ({ why, ...one }))

/** A name for what is hard to read. */
export const shown = (text: string): string => JSON.stringify(text)
