import type { Group } from "../mutant.ts"

export const fallback: Group = {
  promise: "It always works",
  mutants: [
    {
      name: "enobufs-waits",
      fault: "After ENOBUFS a send waits for a notification instead of going by copy.",
      harm: "With nothing in flight none will ever come: the write hangs for ever.",
      edits: [{
        file: "src/socket/zerocopy_carrier.ts",
        find: `this.#chooser.refused()\n        return this.#sendCopy(first, count, "nobufs")`,
        replace: "this.#chooser.refused()\n        return this.#refused(-errno.EAGAIN)",
      }],
      caughtBy: {
        file: "src/socket/zerocopy_carrier_test.ts",
        test: "ENOBUFS with nothing in flight sends the same bytes by copy, at once",
      },
      inGate: true,
    },
    {
      name: "enobufs-fails",
      fault: "ENOBUFS is an error of the send.",
      harm: "Under `ulimit -l` a connection breaks that could go on by copy.",
      edits: [{
        file: "src/socket/zerocopy_carrier.ts",
        find: `this.#chooser.refused()\n        return this.#sendCopy(first, count, "nobufs")`,
        replace: "this.#chooser.refused()\n        return this.#refused(n)",
      }],
      caughtBy: {
        file: "src/socket/zerocopy_carrier_test.ts",
        test: "ENOBUFS with nothing in flight sends the same bytes by copy, at once",
      },
    },
    {
      name: "enobufs-does-not-reap",
      fault: "After ENOBUFS the send goes by copy, without a look for notifications first.",
      harm: "A socket at its limit copies everything, though there is room.",
      edits: [{
        file: "src/socket/zerocopy_carrier.ts",
        find: "this.reap()\n      // Reaping",
        replace: "// Reaping",
      }],
      caughtBy: {
        file: "src/socket/zerocopy_carrier_test.ts",
        test: "after ENOBUFS completions are read first, and what they free is used",
      },
    },
    {
      name: "an-interrupted-send-fails",
      fault: "EINTR is an error of the send.",
      harm: "A signal that arrives at the wrong moment ends the connection.",
      edits: [{
        file: "src/socket/zerocopy_carrier.ts",
        find: "if (n !== -errno.EINTR) return n",
        replace: "return n",
      }],
      caughtBy: {
        file: "src/socket/zerocopy_carrier_test.ts",
        test: "a call that a signal interrupts is made again",
      },
    },
    {
      name: "copied-is-ignored",
      fault: "COPIED changes nothing.",
      harm: "On loopback, and in a container, every byte is pinned and copied: slower than a copy.",
      edits: [{
        file: "src/threshold/chooser.ts",
        find: `} else if (this.#state === "on" && copied) {`,
        replace: `} else if (this.#state === "on" && copied && lo < 0) {`,
      }],
      caughtBy: {
        file: "src/threshold/chooser_test.ts",
        test: "COPIED turns zero-copy off, and the reason is told",
      },
      inGate: true,
    },
    {
      name: "zero-copy-never-returns",
      fault: "Once it is off, zero-copy stays off.",
      harm: "A packet capture that has ended long ago costs a copy for ever.",
      edits: [{
        file: "src/threshold/chooser.ts",
        find: 'if (copied) this.#turnOff("copied")\n      else this.#turnOn()',
        replace: 'this.#turnOff("copied")',
      }],
      caughtBy: {
        file: "src/threshold/chooser_test.ts",
        test: "a probe that went zero-copy turns it on again, and the next way to a probe is short",
      },
    },
    {
      name: "a-probe-has-company",
      fault: "A probe goes in one call with other pieces.",
      harm: "More is pinned than needs to be where the kernel copies in any case.",
      edits: [{
        file: "src/socket/zerocopy_carrier.ts",
        find: `const alone = choice === "zerocopy" && this.#chooser.probes`,
        replace: "const alone = false",
      }],
      caughtBy: {
        file: "src/socket/zerocopy_carrier_test.ts",
        test: "a probe goes alone, and what is behind it by copy until the verdict is there",
      },
    },
  ],
}
