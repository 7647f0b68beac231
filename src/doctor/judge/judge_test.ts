import assert from "node:assert/strict"
import { test } from "node:test"
import type { Facts, Memlock, Route, Target } from "../facts.ts"
import { type Finding, type Level, reportOf, type Subject } from "../finding.ts"
import { judge } from "./judge.ts"

const calls = { option: 0, send: "notified", sendfile: 4096, ioUring: 5 } as const

const memlock: Memlock = {
  ...{ bytes: Infinity, hardBytes: Infinity, capable: true, user: 0, freeBytes: undefined },
  others: [],
}

const offloads = { driver: "virtio_net", scatterGather: true, checksum: true, segmentation: true }

const route: Route = {
  ...{ local: false, index: 4, device: "eth0", kind: "", mtu: 1500, gateway: undefined },
  offloads,
}

const target: Target = {
  ...{ hostname: "peer", port: 9000, address: "192.0.2.7", failure: undefined },
  ...{ connectMillis: 1, route, probe: "zero-copy" },
  trial: { bytes: 1e9, copying: 0.6, zerocopy: 0.3, share: 1 },
}

const good = (): Facts => ({
  ...{ runtime: "bun", runtimeVersion: "1.4.5", platform: "linux", architecture: "x64" },
  ...{ kernel: "6.18.0", libc: { name: "glibc 2.36" }, seesProc: true, calls, memlock },
  ...{ optmemBytes: 131_072, container: false, captures: [] },
  tcp: { congestionControl: "cubic", sendBytes: 4_194_304, receiveBytes: 6_291_456 },
  target,
})

/** The same with another way to the host. */
const to = (changed: Partial<Target>): Facts => ({ ...good(), target: { ...target, ...changed } })

test("a machine without limits has only good findings", () => {
  const { findings, worst } = reportOf(judge(good()))
  assert.deepEqual(findings.filter(({ level }) => level !== "good"), [])
  assert.equal(worst, "good")
})

/** One thing that is otherwise, and what exactly follows: the findings whose level is another. */
const cases: readonly {
  readonly name: string
  readonly facts: Facts
  readonly follows: Partial<Record<Subject, Level>>
  readonly cure?: RegExp
  readonly message?: RegExp
}[] = [
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
    name: "64 KiB of locked memory are a limit, which root raises",
    facts: {
      ...good(),
      memlock: { ...memlock, bytes: 65_536, hardBytes: 65_536, freeBytes: 65_536 },
    },
    follows: { memlock: "limit" },
    cure: /^sudo prlimit --pid \$\$ --memlock=\d+:\d+$/,
    message: /64 KiB/,
  },
  {
    name: "where the user may raise the limit, the cure needs no root",
    facts: {
      ...good(),
      memlock: { ...memlock, bytes: 65_536, hardBytes: Infinity, freeBytes: 65_536 },
    },
    follows: { memlock: "limit" },
    cure: /^ulimit -l unlimited$/,
  },
  {
    name: "a limit below a call of one page is a problem",
    facts: { ...good(), memlock: { ...memlock, bytes: 8192, hardBytes: 8192, freeBytes: 8192 } },
    follows: { memlock: "problem" },
  },
  {
    name: "what others hold of a small limit is said",
    facts: {
      ...good(),
      memlock: {
        ...{ ...memlock, bytes: 1_048_576, freeBytes: 262_144 },
        others: [{ pid: 7, name: "bun" }],
      },
    },
    follows: { memlock: "limit", "memlock-others": "limit" },
    message: /768 KiB .*256 KiB .*bun 7/,
  },
  {
    name: "what others hold of a large limit is said",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: 2 ** 20 } },
    follows: { "memlock-others": "limit" },
    message: /hold 1023 MiB .* 1 MiB are left/,
  },
  {
    name: "of a limit that was not tried to its end, nobody says that it is all free",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: 2 ** 26 } },
    follows: {},
    message: /At least 64 MiB of it are free/,
  },
  {
    name: "where capabilities are hidden, the reason for no limit is left open",
    facts: { ...good(), memlock: { ...memlock, capable: undefined } },
    follows: {},
    message: /CAP_IPC_LOCK, or RLIMIT_MEMLOCK is unlimited/,
  },
  {
    name: "where loopback is forbidden, it is unknown what others hold",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: undefined } },
    follows: { "memlock-others": "unknown" },
  },
  {
    name: "20 KiB for notifications are a limit",
    facts: { ...good(), optmemBytes: 20_480 },
    follows: { optmem: "limit" },
    cure: /optmem_max=131072/,
    message: /24 sends/,
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
    name: "an address of this host is a limit",
    facts: to({ route: { ...route, local: true, device: "lo", index: 1 }, probe: "copied" }),
    follows: { route: "limit", probe: "limit" },
  },
  {
    name: "a tunnel to a program is a limit",
    facts: to({ route: { ...route, kind: "tun", device: "tun0" }, probe: "copied" }),
    follows: { route: "limit", probe: "limit" },
  },
  {
    name: "no route is a problem",
    facts: to({ route: -101, probe: { errno: 101 } }),
    follows: { route: "problem", probe: "unknown" },
    message: /ENETUNREACH/,
  },
  {
    name: "a device that does not gather is a problem",
    facts: to({
      route: { ...route, offloads: { ...offloads, scatterGather: false, segmentation: false } },
      probe: "copied",
    }),
    follows: { offload: "problem", probe: "problem" },
    cure: /^sudo ethtool -K eth0 /,
  },
  {
    name: "a device that does not cut packets is a limit",
    facts: to({ route: { ...route, offloads: { ...offloads, segmentation: false } } }),
    follows: { offload: "limit" },
    cure: /ethtool -K eth0 tso on/,
  },
  {
    name: "a device that does not answer is unknown",
    facts: to({ route: { ...route, offloads: undefined } }),
    follows: { offload: "unknown" },
  },
  {
    name: "veth before Linux 6.17 is a limit",
    facts: { ...to({ route: { ...route, kind: "veth" }, probe: "copied" }), kernel: "6.16.9" },
    follows: { veth: "limit", probe: "limit" },
  },
  {
    name: "veth since Linux 6.17 is good",
    facts: { ...to({ route: { ...route, kind: "veth" } }), kernel: "6.17.0" },
    follows: {},
  },
  {
    name: "a copy without a reason is a problem",
    facts: to({ probe: "copied" }),
    follows: { probe: "problem" },
  },
  {
    name: "a probe without an answer is unknown",
    facts: to({ probe: "silent" }),
    follows: { probe: "unknown" },
  },
  {
    name: "a host that cannot be reached is a problem",
    facts: to({ failure: "Cannot connect", connectMillis: undefined }),
    follows: { connection: "problem" },
  },
  {
    name: "a trial that saves nothing is a limit",
    facts: to({ trial: { bytes: 1e9, copying: 0.5, zerocopy: 0.5, share: 1 } }),
    follows: { trial: "limit" },
    message: /not worth it/,
  },
  {
    name: "a trial of which most was copied is a limit, however little it cost",
    facts: to({ trial: { bytes: 1e9, copying: 0.5, zerocopy: 0.1, share: 0.1 } }),
    follows: { trial: "limit" },
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
]

for (const { name, facts, follows, cure, message } of cases) {
  test(name, () => {
    const findings = judge(facts)
    assert.deepEqual(notGood(findings), follows)
    const [first] = findings.filter(({ level }) => level !== "good")
    const cures = findings.flatMap(({ cure }) => cure ?? [])
    if (cure !== undefined) assert.match(cures.join("\n"), cure)
    if (message !== undefined) assert.match(findings.map((f) => f.message).join("\n"), message)
    if (first !== undefined) assert.equal(reportOf(findings).worst, worstOf(Object.values(follows)))
  })
}

const notGood = (findings: readonly Finding[]) =>
  Object.fromEntries(
    findings.filter(({ level }) => level !== "good").map(({ subject, level }) => [subject, level]),
  )

const worstOf = (levels: readonly Level[]) =>
  (["problem", "limit", "unknown"] as const).find((level) => levels.includes(level))
