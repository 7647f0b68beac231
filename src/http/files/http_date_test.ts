import assert from "node:assert/strict"
import { test } from "node:test"
import { formatHttpDate, parseHttpDate } from "./http_date.ts"

const now = Date.UTC(2026, 10, 28)
const cases: readonly (readonly [text: string, expected: string | undefined])[] = [
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
  ["Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000Z"],
  // The weekday is not looked at: nobody gets it wrong without a reason to be forgiven.
  ["Mon, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  // Two digits are of this century unless that is more than 50 years ahead.
  ["Monday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00.000Z"],
  ["Monday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00.000Z"],
  ["Wed, 29 Feb 2012 00:00:00 GMT", "2012-02-29T00:00:00.000Z"],
  ["Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000Z"],
  ["Tue, 29 Feb 2011 00:00:00 GMT", undefined],
  ["Sun, 31 Apr 2011 00:00:00 GMT", undefined],
  ["Sun, 00 Nov 1994 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 1994 24:00:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:60:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:61 GMT", undefined],
  ["Sun, 6 Nov 1994 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:37 CET", undefined],
  ["Sun, 06 Nov 1994 08:49:37", undefined],
  ["sun, 06 nov 1994 08:49:37 gmt", undefined],
  ["Sun, 06 Foo 1994 08:49:37 GMT", undefined],
  ["1994-11-06T08:49:37Z", undefined],
  ["784111777", undefined],
  ["", undefined],
]

for (const [text, expected] of cases) {
  test(`"${text}" is ${expected ?? "not a date"}`, () => {
    const time = parseHttpDate(text, now)
    assert.equal(time === undefined ? undefined : new Date(time).toISOString(), expected)
  })
}

test("a date is written in the usual form, without its milliseconds", () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37, 999)
  assert.equal(formatHttpDate(time), "Sun, 06 Nov 1994 08:49:37 GMT")
  assert.equal(parseHttpDate(formatHttpDate(time), now), time - 999)
})
