import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { networkInterfaces } from "node:os"
import process from "node:process"
import { describe, test } from "node:test"
import { doctor } from "../../src/doctor.ts"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { examine, levels } from "./examined.ts"

const options = { timeout: 120_000 }

test("the calls of this kernel are tried, and work", options, async () => {
  const { findings } = await doctor()
  const tried = findings.filter(({ subject }) =>
    ["runtime", "kernel", "libc", "zerocopy", "sendfile"].includes(subject)
  )
  assert.deepEqual(tried.map(({ level }) => level), ["good", "good", "good", "good", "good"])
  assert.match(tried[2].message, /^glibc \d+\.\d+$/)
})

test("without a host nothing is said about the way to one", options, async () => {
  const { findings } = await doctor()
  const subjects = findings.map(({ subject }) => subject)
  for (const subject of ["route", "offload", "connection", "probe", "trial"] as const) {
    assert.ok(!subjects.includes(subject), subject)
  }
})

for (const address of ["127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1", "::1%lo"]) {
  test(`${address} is this host, where the kernel copies`, options, () => {
    const report = examine([address])
    assert.deepEqual(levels(report, "route", "probe"), { route: "limit", probe: "limit" })
    assert.equal(report.status, 1)
    assert.equal(report.worst, "limit")
  })
}

const own = Object.values(networkInterfaces()).flat().find((one) => one && !one.internal)
const skip = own === undefined ? "this host has no address but loopback" : false

test("another address of this host is recognized", { ...options, skip }, () => {
  const report = examine([String(own?.address).split("%")[0]])
  assert.equal(report.of("route").details?.local, true)
  assert.equal(report.of("probe").details?.zerocopy, false)
})

test("a port that nobody listens on is a problem", options, () => {
  const report = examine(["127.0.0.1:1"])
  assert.equal(report.of("connection").level, "problem")
  assert.match(report.of("connection").message, /ECONNREFUSED/)
  assert.equal(report.status, 2)
})

test("a name that does not exist is a problem", options, () => {
  const report = examine(["does-not-exist.invalid"])
  assert.equal(report.of("connection").level, "problem")
  assert.equal(report.status, 2)
})

test("the port that it is asked about gets no byte, and no datagram", options, async () => {
  await using server = createServer()
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const received = once(server, "connection").then(async ([peer]: Socket[]) => {
    const parts = await Array.fromAsync<Uint8Array>(peer)
    return Buffer.concat(parts).byteLength
  })
  await using datagrams = createSocket("udp4")
  datagrams.bind(port, "127.0.0.1")
  await once(datagrams, "listening")
  const first = once(datagrams, "message")

  const { findings } = await doctor({ hostname: "127.0.0.1", port })
  assert.ok(findings.some(({ subject }) => subject === "probe"))
  assert.equal(await received, 0)
  // Datagrams over loopback stay in order, so this would come after one of the doctor's.
  datagrams.send("mine", port, "127.0.0.1")
  assert.equal(String((await first)[0]), "mine")
})

test("it leaves no file descriptor open", options, async () => {
  const probe = () => {
    const fd = linuxKernel().socket(4)
    linuxKernel().close(fd)
    return fd
  }
  // The first time opens what the process keeps.
  await doctor({ hostname: "127.0.0.1" })
  const before = probe()
  await doctor({ hostname: "127.0.0.1" })
  assert.equal(probe(), before)
})

describe("options", () => {
  test("of another name or value are refused", async () => {
    // @ts-expect-error There is no such option.
    await assert.rejects(doctor({ host: "127.0.0.1" }), /there is no option "host"/)
    await assert.rejects(doctor({ port: 0 }), /port 0/)
    await assert.rejects(doctor({ hostname: "" }), /hostname/)
    await assert.rejects(doctor({ hostname: "127.0.0.1", send: -1 }), /send/)
    await assert.rejects(doctor({ hostname: "127.0.0.1", send: 10 }), /without a port/)
  })
})

// Root may lock as much as it likes, if the first user namespace says so.
test("root's locked memory has no limit", {
  ...options,
  skip: linuxKernel().pinLimits.memlockBytes === Infinity ? false : "needs CAP_IPC_LOCK",
}, () => {
  const { level, message } = examine().of("memlock")
  assert.equal(level, "good")
  assert.match(message, /CAP_IPC_LOCK|unlimited/)
  assert.equal(process.platform, "linux")
})
