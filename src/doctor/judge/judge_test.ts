import assert from "node:assert/strict"
import { test } from "node:test"
import { calls, good, testCases } from "../../../test/doctor/judged.ts"
import { reportOf } from "../finding.ts"
import { judge } from "./judge.ts"

test("a machine without limits has only good findings", () => {
  const { findings, worst } = reportOf(judge(good()))
  assert.deepEqual(findings.filter(({ level }) => level !== "good"), [])
  assert.equal(worst, "good")
})

testCases([
  {
    name: "another system is a problem",
    facts: { ...good(), platform: "darwin" },
    follows: { runtime: "problem" },
  },
  {
    name: "Linux 4.13 is a problem",
    facts: { ...good(), kernel: "4.13.0" },
    // The device is no veth, so its age matters for nothing else.
    follows: { kernel: "problem" },
  },
  {
    name: "a kernel that may not be asked is unknown",
    facts: { ...good(), kernel: undefined },
    follows: { kernel: "unknown" },
    cure: /--allow-sys/,
  },
  {
    name: "without FFI nothing can be sent",
    facts: {
      ...{ ...good(), runtime: "deno", libc: { failure: "Run with --allow-ffi" } },
      ...{ calls: undefined, memlock: undefined, target: undefined },
    },
    follows: { libc: "problem" },
    cure: /--allow-ffi/,
  },
  {
    name: "a kernel that refuses SO_ZEROCOPY is a problem",
    facts: { ...good(), calls: { ...calls, option: -92, send: undefined } },
    follows: { zerocopy: "problem" },
    message: /ENOPROTOOPT/,
  },
  {
    name: "a send that is never notified is a problem",
    facts: { ...good(), calls: { ...calls, send: "silent" } },
    follows: { zerocopy: "problem" },
  },
  {
    name: "a send that fails is a problem",
    facts: { ...good(), calls: { ...calls, send: -105 } },
    follows: { zerocopy: "problem" },
    message: /ENOBUFS/,
  },
  {
    name: "without loopback, sends and files are unknown",
    facts: { ...good(), calls: { ...calls, send: undefined, sendfile: undefined } },
    follows: { zerocopy: "unknown", sendfile: "unknown" },
  },
  {
    name: "a sendfile that is forbidden is a problem",
    facts: { ...good(), calls: { ...calls, sendfile: -38 } },
    follows: { sendfile: "problem" },
    message: /ENOSYS/,
  },
  {
    name: "without io_uring nothing is lost",
    facts: { ...good(), calls: { ...calls, ioUring: -1 } },
    follows: {},
  },
  {
    name: "a small send buffer is a limit",
    facts: { ...good(), tcp: { congestionControl: "cubic", sendBytes: 65_536, receiveBytes: 1 } },
    follows: { tcp: "limit" },
    cure: /tcp_wmem/,
  },
  {
    name: "a capture on the device is a problem, and its end the cure",
    facts: {
      ...good(),
      captures: [{ device: 4, process: { pid: 33, name: "tcpdump" } }],
    },
    follows: { capture: "problem" },
    cure: /^kill 33$/,
    message: /tcpdump/,
  },
  {
    name: "a capture on all devices is a problem, even if its program is hidden",
    facts: { ...good(), captures: [{ device: 0, process: undefined }] },
    follows: { capture: "problem" },
  },
  {
    name: "a capture on another device is none of our business",
    facts: { ...good(), captures: [{ device: 5, process: undefined }] },
    follows: {},
  },
  {
    name: "without /proc the rest is unknown, and nothing else changes",
    facts: {
      ...{ ...good(), runtime: "deno", seesProc: false, optmemBytes: undefined },
      ...{ captures: undefined, tcp: undefined, container: undefined },
    },
    follows: {
      ...{ permissions: "unknown", optmem: "unknown", capture: "unknown", tcp: "unknown" },
      ...{ container: "unknown" },
    },
    cure: /--allow-all/,
  },
])
