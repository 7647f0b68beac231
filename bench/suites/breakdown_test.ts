import assert from "node:assert/strict"
import { test } from "node:test"
import { partsOf } from "./breakdown.ts"
import { parseSamples, type Sample } from "../instruments/perf.ts"

const sample = (time: number, kernel: readonly string[] = [], tid = 7): Sample => ({
  ...{ pid: 7, tid, time, kernel },
})

test("a sample belongs to the system call that it is in, however deep", () => {
  const samples = [
    sample(1, ["copy_user", "tcp_sendmsg", "__x64_sys_sendmsg", "do_syscall_64"]),
    sample(1, ["__skb_recv", "__sys_recvmmsg"]),
    sample(1, ["schedule", "do_epoll_wait", "__x64_sys_epoll_wait"]),
    sample(1, ["clear_page", "exc_page_fault"]),
    sample(1, ["asm_sysvec_apic_timer_interrupt"]),
    sample(1),
    sample(1, [], 8),
  ]
  assert.deepEqual(partsOf(samples, 10), [
    ...["send", "reap", "wake", "memory", "rest", "javascript", "threads"],
  ])
})

test("only the last seconds count, and not the end of the process", () => {
  const samples = [sample(1), sample(4), sample(5), sample(6, ["free_pages", "do_exit"])]
  assert.deepEqual(partsOf(samples, 1), ["javascript", "javascript"])
})

test("functions without names are an error, not a rest", () => {
  assert.throws(() => partsOf([sample(1, ["[unknown]"])], 1), /kptr_restrict/)
})

test("what perf prints is read: who, when, and the functions of the kernel alone", () => {
  const text = [
    "deno   12/14   100.250000: ",
    "\tffffffff81000001 tcp_sendmsg ([kernel.kallsyms])",
    "\tffffffff81000002 __x64_sys_sendmsg ([kernel.kallsyms])",
    "\t    7f0000000000 main (/usr/bin/deno)",
    "",
    "deno   12/12   100.500000: ",
    "\t    7f0000000000 main (/usr/bin/deno)",
    "",
  ].join("\n")
  assert.deepEqual(parseSamples(text), [
    { pid: 12, tid: 14, time: 100.25, kernel: ["tcp_sendmsg", "__x64_sys_sendmsg"] },
    { pid: 12, tid: 12, time: 100.5, kernel: [] },
  ])
})
