import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { Lab, labObstacle, type LabOptions } from "../../lab/lab.ts"
import { Running } from "../command/zerowire.ts"
import { Peer } from "../lab/peer.ts"
import { examine, type Examined, levels } from "./examined.ts"
import { setFeature } from "./feature.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 120_000 }
const subjects = ["route", "offload", "capture", "probe"] as const
/**
 * The lab's device cannot cut packets: its peer has an XDP program (`veth_xdp_set` in
 * drivers/net/veth.c).
 */
const real = { route: "good", offload: "limit", capture: "good", probe: "good" }
/** A plain veth pair can, but copies on delivery. */
const plain = { ...real, offload: "good", probe: "limit" }

describe("the way to a peer over the lab", options, () => {
  test("is good where zero-copy is real", options, () => {
    using lab = new Lab()
    for (const address of [lab.b.ipv4, lab.b.ipv6]) {
      const report = from(lab, address)
      assert.deepEqual(levels(report, ...subjects), real)
      assert.equal(report.of("route").details?.device, lab.a.device)
      assert.equal(report.of("route").details?.kind, "veth")
    }
  })

  test("is a limit where a plain veth pair copies on delivery", options, () => {
    using lab = new Lab({ kind: "veth" })
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), plain)
  })

  test("is a limit to an address of its own", options, () => {
    using lab = new Lab()
    const report = from(lab, lab.a.ipv4)
    assert.deepEqual(levels(report, "route", "capture", "probe"), {
      ...{ route: "limit", capture: "good", probe: "limit" },
    })
  })

  test("is a problem without a route", options, () => {
    using lab = new Lab()
    assert.equal(from(lab, "198.51.100.1").of("route").level, "problem")
  })

  test("is a problem during a capture, and good again after it", options, () => {
    using lab = new Lab()
    const stop = lab.tap()
    const report = from(lab, lab.b.ipv4)
    assert.deepEqual(levels(report, ...subjects), {
      ...real,
      ...{ capture: "problem", probe: "problem" },
    })
    // The program that captures is this one.
    assert.equal(report.of("capture").cure, `kill ${process.pid}`)
    assert.equal(report.status, 2)
    stop()
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), real)
  })

  test("is a problem with scatter-gather off, and good again with it on", options, () => {
    using lab = new Lab()
    setFeature(lab.a, "scatterGather", false)
    const report = from(lab, lab.b.ipv4)
    assert.deepEqual(levels(report, ...subjects), {
      ...real,
      ...{ offload: "problem", probe: "problem" },
    })
    assert.equal(report.of("offload").cure, `sudo ethtool -K ${lab.a.device} tx on sg on tso on`)
    setFeature(lab.a, "scatterGather", true)
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), real)
  })

  test("is a problem with checksums off", options, () => {
    using lab = new Lab()
    setFeature(lab.a, "checksum", false)
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), {
      ...real,
      ...{ offload: "problem", probe: "problem" },
    })
  })

  test("is a limit with segmentation off, and good again with it on", options, () => {
    using lab = new Lab({ kind: "veth" })
    setFeature(lab.a, "segmentation", false)
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), { ...plain, offload: "limit" })
    setFeature(lab.a, "segmentation", true)
    assert.deepEqual(levels(from(lab, lab.b.ipv4), ...subjects), plain)
  })
})

describe("the memory for notifications", options, () => {
  for (const [optmemMax, level] of [[20_480, "limit"], [131_072, "good"]] as const) {
    test(`of ${optmemMax} bytes: ${level}`, options, () => {
      using lab = new Lab({ optmemMax } satisfies LabOptions)
      assert.equal(from(lab).of("optmem").level, level)
    })
  }
})

describe("a port of a peer over the lab", options, () => {
  test("is connected to, and gets no byte", options, async () => {
    using lab = new Lab()
    await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
    const report = from(lab, `${lab.b.ipv4}:${peer.port}`)
    assert.equal(report.of("connection").level, "good")
    assert.equal((await peer.received).bytes, 0)
  })

  test("tells by a trial what zero-copy costs", options, async () => {
    using lab = new Lab()
    const args = ["receive", "--keep", `${lab.b.ipv4}:0`, "/dev/null"]
    await using receiver = new Running(args, (command, how) => lab.spawn(lab.b, command, how))
    const report = from(lab, `${lab.b.ipv4}:${await receiver.port()}`, "--send", "8MiB")
    const { details = {} } = report.of("trial")
    // What a machine under load measures is anything; what was copied is not.
    assert.ok(Number(details.share) > 0.5, JSON.stringify(details))
    assert.ok(Number(details.copying) >= 0 && Number(details.zerocopy) >= 0)
  })
})

/** Runs the doctor on side A. */
const from = (lab: Lab, ...args: readonly string[]): Examined =>
  examine(args, ["nsenter", `--net=${lab.a.namespace.path}`, "--"])
