/**
 * What the doctor says of a machine without limits, and of one on which one thing differs.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Facts, Memlock, Route, Target } from "../../src/doctor/facts.ts"
import { type Finding, type Level, reportOf, type Subject } from "../../src/doctor/finding.ts"
import { judge } from "../../src/doctor/judge/judge.ts"

/** One thing that differs, and what exactly follows: the findings that are no longer good. */
export interface Case {
  readonly name: string
  readonly facts: Facts
  readonly follows: Partial<Record<Subject, Level>>
  readonly cure?: RegExp
  readonly message?: RegExp
}

export function testCases(cases: readonly Case[]): void {
  for (const { name, facts, follows, cure, message } of cases) {
    test(name, () => {
      const findings = judge(facts)
      assert.deepEqual(notGood(findings), follows)
      const [first] = findings.filter(({ level }) => level !== "good")
      const cures = findings.flatMap(({ cure }) => cure ?? [])
      if (cure !== undefined) assert.match(cures.join("\n"), cure)
      if (message !== undefined) assert.match(findings.map((f) => f.message).join("\n"), message)
      if (first !== undefined) {
        assert.equal(reportOf(findings).worst, worstOf(Object.values(follows)))
      }
    })
  }
}

export const good = (): Facts => ({
  ...{ runtime: "bun", runtimeVersion: "1.4.5", platform: "linux", architecture: "x64" },
  ...{ kernel: "6.18.0", libc: { name: "glibc 2.36" }, seesProc: true, calls, memlock },
  ...{ optmemBytes: 131_072, container: false, captures: [] },
  tcp: { congestionControl: "cubic", sendBytes: 4_194_304, receiveBytes: 6_291_456 },
  target,
})

/** The same with another way to the host. */
export const to = (changed: Partial<Target>): Facts => ({
  ...good(),
  target: { ...target, ...changed },
})

export const calls = { option: 0, send: "notified", sendfile: 4096, ioUring: 5 } as const

export const memlock: Memlock = {
  ...{ bytes: Infinity, hardBytes: Infinity, capable: true, user: 0, freeBytes: undefined },
  others: [],
}

export const offloads = {
  driver: "virtio_net",
  scatterGather: true,
  checksum: true,
  segmentation: true,
}

export const route: Route = {
  ...{ local: false, index: 4, device: "eth0", kind: "", mtu: 1500, gateway: undefined },
  offloads,
}

const target: Target = {
  ...{ hostname: "peer", port: 9000, address: "192.0.2.7", failure: undefined },
  ...{ connectMillis: 1, route, probe: "zero-copy" },
  trial: { bytes: 1e9, copying: 0.6, zerocopy: 0.3, share: 1 },
}

const notGood = (findings: readonly Finding[]) =>
  Object.fromEntries(
    findings.filter(({ level }) => level !== "good").map(({ subject, level }) => [subject, level]),
  )

const worstOf = (levels: readonly Level[]) =>
  (["problem", "limit", "unknown"] as const).find((level) => levels.includes(level))
