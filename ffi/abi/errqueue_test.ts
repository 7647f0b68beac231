import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  cmsgHeaderBytes,
  cmsgOffset,
  decodeControl,
  decodeRecord,
  errorOffset,
  extendedErrorBytes,
  NotificationBatch,
} from "./errqueue.ts"

test("an IPv4 notification is decoded from its 48 bytes", () => {
  const batch = decode(control([{ ...ipv4, lo: 3, hi: 9 }]))
  assert.deepEqual(ranges(batch), [{ lo: 3, hi: 9, copied: false }])
  assert.equal(batch.foreign + batch.lost, 0)
})

test("an IPv6 notification is decoded from its 60 bytes", () => {
  const batch = decode(control([{ ...ipv6, lo: 3, hi: 9 }]))
  assert.deepEqual(ranges(batch), [{ lo: 3, hi: 9, copied: false }])
  assert.equal(batch.foreign + batch.lost, 0)
})

test("COPIED is seen, and is one bit of the code among others", () => {
  const codes = [0, 1, 2, 3]
  const batch = decode(control(codes.map((code) => ({ ...ipv4, code }))))
  assert.deepEqual(ranges(batch).map(({ copied }) => copied), [false, true, false, true])
})

test("a range that wraps keeps both ends as unsigned numbers", () => {
  const batch = decode(control([{ ...ipv4, lo: 0xffff_fffe, hi: 1 }]))
  assert.deepEqual(ranges(batch), [{ lo: 0xffff_fffe, hi: 1, copied: false }])
})

test("level and type that do not match as a pair are not a notification", () => {
  const pairs = [[0, 25], [41, 11], [1, 11], [6, 25], [11, 0], [-1, 11]]
  const batch = decode(control(pairs.map(([level, type]) => ({ ...ipv4, level, type }))))
  assert.equal(batch.count, 0)
  assert.equal(batch.foreign, pairs.length)
})

test("ICMP errors and timestamps between notifications are stepped over, and counted", () => {
  const batch = decode(control([
    { ...ipv4, origin: 2 },
    { ...ipv4, lo: 1, hi: 1 },
    { ...ipv4, origin: 4 },
    { ...ipv6, origin: 3 },
    // SCM_TIMESTAMPING comes with transmit timestamps: three timespec.
    { level: 1, type: 37, bytes: 64 },
    { ...ipv6, lo: 2, hi: 4 },
  ]))
  assert.deepEqual(ranges(batch).map(({ lo, hi }) => [lo, hi]), [[1, 1], [2, 4]])
  assert.equal(batch.foreign, 4)
})

test("a record with an errno is not a notification, whatever its origin", () => {
  const batch = decode(control([{ ...ipv4, errno: 111 }, { ...ipv4, errno: 0xffff_ffff }]))
  assert.equal(batch.count, 0)
  assert.equal(batch.foreign, 2)
})

test("control data truncated to any length never yields ids that it does not contain", () => {
  for (const record of [ipv4, ipv6]) {
    const whole = control([{ ...record, lo: 0x01020304, hi: 0x05060708 }])
    for (let length = 0; length <= whole.byteLength; length++) {
      const batch = decode(whole, length)
      const idsFit = length >= cmsgHeaderBytes + extendedErrorBytes
      assert.equal(batch.count, idsFit ? 1 : 0, `cut to ${length}`)
      assert.equal(batch.lost, !idsFit && length >= cmsgHeaderBytes ? 1 : 0, `cut to ${length}`)
      if (idsFit) {
        assert.deepEqual(ranges(batch)[0], { lo: 0x01020304, hi: 0x05060708, copied: false })
      }
    }
  }
})

test("ids are not taken from the bytes after a record that is too short", () => {
  const short = { ...ipv4, bytes: extendedErrorBytes - 1 }
  const batch = decode(control([short, { ...ipv4, lo: 7, hi: 8 }]))
  assert.deepEqual(ranges(batch).map(({ lo, hi }) => [lo, hi]), [[7, 8]])
  assert.equal(batch.lost, 1)
})

test("a length that leads beyond the control data ends the decoding", () => {
  for (const length of [49, 0x7fff_fff9, 0x8000_0000, 0xffff_fff8, 0xffff_fff9, 0xffff_ffff]) {
    const bytes = control([{ ...ipv4, lo: 1, hi: 2 }, { ...ipv4, lo: 3, hi: 4 }])
    const last = 48
    new DataView(bytes).setUint32(last + cmsgOffset.cmsg_len, length, true)
    const batch = decode(bytes)
    assert.deepEqual(ranges(batch).map(({ lo, hi }) => [lo, hi]), [[1, 2], [3, 4]])
  }
})

test("a length shorter than a header ends the decoding", () => {
  for (let length = 0; length < cmsgHeaderBytes; length++) {
    const bytes = control([{ ...ipv4 }, { ...ipv4 }])
    new DataView(bytes).setUint32(48 + cmsgOffset.cmsg_len, length, true)
    assert.equal(decode(bytes).count, 1)
  }
})

test("garbage ends the decoding, is not read past its length, and never overfills a batch", () =>
  fc.assert(
    fc.property(garbage, fc.nat(64), (bytes, before) => {
      // The view ends where the control data does, so a read beyond it would throw.
      const buffer = new ArrayBuffer(before + bytes.byteLength)
      new Uint8Array(buffer).set(bytes, before)
      const batch = new NotificationBatch(bytes.byteLength)
      decodeControl(new DataView(buffer), before, bytes.byteLength, batch)
      const records = Math.floor(bytes.byteLength / cmsgHeaderBytes)
      assert.ok(batch.count + batch.foreign + batch.lost <= records)
      assert.ok(batch.count * (cmsgHeaderBytes + extendedErrorBytes) <= bytes.byteLength)
    }),
    { numRuns: 2000 },
  ))

test("bytes after the control data in the same buffer change nothing", () =>
  fc.assert(
    fc.property(garbage, fc.uint8Array({ maxLength: 64 }), (bytes, behind) => {
      const buffer = new ArrayBuffer(bytes.byteLength + behind.byteLength)
      new Uint8Array(buffer).set(bytes)
      new Uint8Array(buffer).set(behind, bytes.byteLength)
      const alone = new NotificationBatch(64)
      decodeControl(new DataView(buffer, 0, bytes.byteLength), 0, bytes.byteLength, alone)
      assert.deepEqual(decode(buffer, bytes.byteLength), alone)
    }),
  ))

test("a batch refuses ranges that do not fit, and is empty after a clear", () => {
  const batch = new NotificationBatch(1)
  batch.add(1, 2, true)
  assert.throws(() => batch.add(3, 3, false), RangeError)
  batch.foreign = batch.lost = 1
  batch.clear()
  assert.deepEqual([batch.count, batch.foreign, batch.lost], [0, 0, 0])
})

test("a record is counted once: by its range, or as lost if it was truncated, or as foreign", () => {
  const stamp: Record = { level: 1, type: 37, bytes: 64 }
  const icmp: Record = { ...ipv4, origin: 2 }
  const examples = [
    { records: [ipv4], cut: 0, truncated: false, counts: [1, 0, 0] },
    { records: [ipv4, stamp, icmp], cut: 0, truncated: true, counts: [1, 0, 0] },
    { records: [stamp, icmp], cut: 0, truncated: false, counts: [0, 1, 0] },
    { records: [ipv4], cut: 20, truncated: true, counts: [0, 0, 1] },
    { records: [stamp, ipv4], cut: 20, truncated: true, counts: [0, 0, 1] },
    { records: [ipv4], cut: 48, truncated: true, counts: [0, 0, 1] },
  ]
  for (const { records, cut, truncated, counts } of examples) {
    const batch = new NotificationBatch(8)
    const bytes = control(records)
    decodeRecord(new DataView(bytes), 0, bytes.byteLength - cut, truncated, batch)
    assert.deepEqual([batch.count, batch.foreign, batch.lost], counts)
  }
})

interface Record {
  readonly level: number
  readonly type: number
  /** Bytes after the header: a `sock_extended_err` and its address. */
  readonly bytes: number
  readonly errno?: number
  readonly origin?: number
  readonly code?: number
  readonly lo?: number
  readonly hi?: number
}

const ipv4: Record = { level: 0, type: 11, bytes: 16 + 16 }
const ipv6: Record = { level: 41, type: 25, bytes: 16 + 28 }

/** Control data as the kernel lays it out: each record starts at a multiple of 8 bytes. */
function control(records: readonly Record[]): ArrayBuffer {
  const starts = [0]
  for (const { bytes } of records) {
    starts.push(Math.ceil(((starts.at(-1) ?? 0) + cmsgHeaderBytes + bytes) / 8) * 8)
  }
  const last = records.length - 1
  const buffer = new ArrayBuffer(starts[last] + cmsgHeaderBytes + records[last].bytes)
  records.forEach((record, i) => write(new DataView(buffer, starts[i]), record))
  return buffer
}

function write(view: DataView, record: Record): void {
  view.setUint32(cmsgOffset.cmsg_len, cmsgHeaderBytes + record.bytes, true)
  view.setInt32(cmsgOffset.cmsg_level, record.level, true)
  view.setInt32(cmsgOffset.cmsg_type, record.type, true)
  if (record.bytes < extendedErrorBytes) return
  const at = cmsgHeaderBytes
  view.setUint32(at + errorOffset.ee_errno, record.errno ?? 0, true)
  view.setUint8(at + errorOffset.ee_origin, record.origin ?? 5)
  view.setUint8(at + errorOffset.ee_code, record.code ?? 0)
  view.setUint32(at + errorOffset.ee_info, record.lo ?? 0, true)
  view.setUint32(at + errorOffset.ee_data, record.hi ?? 0, true)
}

function decode(bytes: ArrayBuffer, length: number = bytes.byteLength): NotificationBatch {
  const batch = new NotificationBatch(64)
  decodeControl(new DataView(bytes), 0, length, batch)
  return batch
}

const ranges = ({ count, lo, hi, copied }: NotificationBatch) =>
  Array.from({ length: count }, (_, i) => ({ lo: lo[i], hi: hi[i], copied: copied[i] === 1 }))

/** Random bytes, and headers that look right with random lengths: they go deeper. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(
    fc.record({
      length: fc.oneof(fc.nat(80), fc.integer({ min: 0x7fff_fff0, max: 0xffff_ffff })),
      kind: fc.constantFrom(ipv4, ipv6, { level: 1, type: 37, bytes: 0 }),
      rest: fc.uint8Array({ maxLength: 64 }),
    }),
    { maxLength: 6 },
  ).map((records) => {
    const bytes = new Uint8Array(records.length * 96)
    let at = 0
    for (const { length, kind, rest } of records) {
      const view = new DataView(bytes.buffer, at)
      view.setUint32(cmsgOffset.cmsg_len, length, true)
      view.setInt32(cmsgOffset.cmsg_level, kind.level, true)
      view.setInt32(cmsgOffset.cmsg_type, kind.type, true)
      bytes.set(rest, at + cmsgHeaderBytes)
      at += cmsgHeaderBytes + Math.ceil(rest.byteLength / 8) * 8
    }
    return bytes.slice(0, at)
  }),
)
