import type { Group } from "../mutant.ts"

const judgeTest = "src/doctor/judge/judge_test.ts"
const memoryTest = "src/doctor/judge/memory_test.ts"
const hostTest = "test/doctor/host_test.ts"
const descriptorsTest = "src/doctor/look/descriptors_test.ts"

export const doctor: Group = {
  promise: "The doctor finds what is so, and leaves everything as it was",
  mutants: [
    {
      name: "a-finding-is-left-out",
      fault: "The limit of locked memory is seen, and not reported.",
      harm: "Most bytes are copied, and the doctor says that everything is as it should be.",
      edits: [{
        file: "src/doctor/judge/judge.ts",
        find: "memlock === undefined ? [] : onLocked(memlock)",
        replace: "memlock === undefined ? [] : onLocked(memlock).slice(0, 0)",
      }],
      caughtBy: {
        file: memoryTest,
        test: "64 KiB of locked memory are a limit, which root raises",
      },
    },
    {
      name: "a-capture-on-all-devices-is-overlooked",
      fault: "Only captures on the one device count.",
      harm: "Every packet is copied, and nobody says why.",
      edits: [{
        file: "src/doctor/judge/device.ts",
        find: "route === undefined || device === 0 || device",
        replace: "route === undefined || device",
      }],
      caughtBy: {
        file: judgeTest,
        test: "a capture on all devices is a problem, even if its program is hidden",
      },
    },
    {
      name: "what-was-tried-is-taken-for-the-limit",
      fault: "What others pin is counted from what was tried, and not from the limit.",
      harm: "A user whose memory is taken by another program is told a wrong number.",
      edits: [{
        file: "src/doctor/judge/memory.ts",
        find: "const heldBytes = limitBytes - freeBytes",
        replace: "const heldBytes = mostTriedBytes - freeBytes",
      }],
      caughtBy: { file: memoryTest, test: "what others hold of a large limit is said" },
    },
    {
      name: "a-refusal-is-taken-for-room",
      fault: "A call that a sandbox refuses counts as one that could have been charged.",
      harm: "The doctor reports memory as free that it knows nothing of.",
      edits: [{
        file: "src/doctor/look/free_to_pin.ts",
        find: "else if (n === -errno.EAGAIN) least = pages",
        replace: "else if (n < 0) least = pages",
      }],
      caughtBy: {
        file: descriptorsTest,
        test: "no file descriptor is left open if the kernel refuses send",
      },
    },
    {
      name: "a-try-that-counts-what-the-last-one-has-sent",
      fault: "The doctor tries anew while bytes that it has sent by mistake are still charged.",
      harm: "On a busy machine it reports its own bytes as those of another program.",
      edits: [{
        file: "src/doctor/look/free_to_pin.ts",
        find: "await notification(memory, (batch) => kernel.readErrors(pair.fd, batch))",
        replace: '"zero-copy" as const',
      }],
      caughtBy: {
        file: "src/doctor/look/free_to_pin_test.ts",
        test: "what a try sends by mistake has come back before the next try",
      },
    },
    {
      name: "a-try-after-bytes-that-do-not-come-back",
      fault: "The doctor tries anew although what it sent by mistake is charged for good.",
      harm: "It reports its own bytes as those of another program.",
      edits: [{
        file: "src/doctor/look/free_to_pin.ts",
        find: "if (seen === undefined) return undefined",
        replace: "",
      }],
      caughtBy: {
        file: "src/doctor/look/free_to_pin_test.ts",
        test: "bytes that never come back leave the number unknown",
      },
    },
    {
      name: "a-refused-connection-leaves-its-descriptors",
      fault: "What was opened for a connection that was not made stays open.",
      harm: "A program that asks the doctor now and then runs out of file descriptors.",
      edits: [{
        file: "src/doctor/look/loopback.ts",
        find: "if (open.length < 3) close()",
        replace: "if (open.length < 2) close()",
      }],
      caughtBy: {
        file: descriptorsTest,
        test: "no file descriptor is left open if the kernel refuses accept",
      },
    },
    {
      name: "a-probe-leaves-its-descriptor",
      fault: "The socket of the datagram stays open.",
      harm: "A program that asks the doctor now and then runs out of file descriptors.",
      edits: [{
        file: "src/doctor/look/probe.ts",
        find: "libc.close(fd)",
        replace: "void fd",
      }],
      caughtBy: { file: hostTest, test: "it leaves no file descriptor open" },
    },
    {
      name: "a-host-gets-bytes-unasked",
      fault: "A trial is made though nobody asked for one.",
      harm: "A program receives zeros that it does not expect.",
      edits: [{ file: "src/doctor/doctor.ts", find: "send = 0 }", replace: "send = 65_536 }" }],
      caughtBy: {
        file: hostTest,
        test: "the port that it is asked about gets no byte, and no datagram",
      },
    },
  ],
}
