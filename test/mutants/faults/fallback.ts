import type { Group } from "../mutant.ts"

export const fallback: Group = {
  promise: "It always works",
  mutants: [
    {
      name: "enobufs-waits",
      fault: "After ENOBUFS a send waits for a notification instead of going by copy.",
      harm: "With nothing in flight none will ever come: the write hangs for ever.",
      edits: [{
        file: "src/zerocopy/piece_sender.ts",
        find: `this.#chooser.refused()\n        return this.#sendCopy(first, "nobufs")`,
        replace: "this.#chooser.refused()\n        return this.#output.refused(-errno.EAGAIN)",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "ENOBUFS with nothing in flight sends the same bytes by copy, at once",
      },
      inGate: true,
    },
    {
      name: "enobufs-fails",
      fault: "ENOBUFS is an error of the send.",
      harm: "Under `ulimit -l` a connection breaks that could go on by copy.",
      edits: [{
        file: "src/zerocopy/piece_sender.ts",
        find: `this.#chooser.refused()\n        return this.#sendCopy(first, "nobufs")`,
        replace: "this.#chooser.refused()\n        return this.#output.refused(n)",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "ENOBUFS with nothing in flight sends the same bytes by copy, at once",
      },
    },
    {
      name: "enobufs-does-not-reap",
      fault: "After ENOBUFS the send goes by copy, without a look for notifications first.",
      harm: "A socket at its limit copies everything, though there is room.",
      edits: [{
        file: "src/zerocopy/piece_sender.ts",
        find: "this.#flight.takeIn()\n      // Reaping",
        replace: "// Reaping",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "after ENOBUFS completions are read first, and what they free is used",
      },
    },
    {
      name: "zero-copy-is-not-switched-on",
      fault: "SO_ZEROCOPY is not set before the first send in place.",
      harm: "Linux ignores MSG_ZEROCOPY then: no notification comes, and memory never comes back.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: `this.#tools.kernel.setOption(this.#fd, "SO_ZEROCOPY", 1) >= 0`,
        replace: "this.#fd >= 0",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "SO_ZEROCOPY is set before the first send in place, and not for copies",
      },
    },
    {
      name: "a-refused-option-is-taken-for-set",
      fault: "That the kernel refuses SO_ZEROCOPY goes unnoticed.",
      harm: "Where there is no zero-copy, close() waits for notifications that never come.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: `this.#tools.kernel.setOption(this.#fd, "SO_ZEROCOPY", 1) >= 0`,
        replace: `this.#tools.kernel.setOption(this.#fd, "SO_ZEROCOPY", 1) > -Infinity`,
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: 'a kernel that refuses SO_ZEROCOPY gets everything by copy (mode: "always")',
      },
    },
    {
      name: "a-refused-option-is-forgotten",
      fault: "The chooser is not told that the kernel refuses SO_ZEROCOPY.",
      harm: "Each send asks for it again, and chunks are copied to slots for nothing.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "if (!this.enabled) this.#chooser.unsupported()",
        replace: "",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: 'a kernel that refuses SO_ZEROCOPY gets everything by copy (mode: "auto")',
      },
    },
    {
      name: "an-interrupted-send-fails",
      fault: "EINTR is an error of the send.",
      harm: "A signal that arrives at the wrong moment ends the connection.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "if (n !== -errno.EINTR) return n",
        replace: "return n",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "a call that a signal interrupts is made again",
      },
    },
    {
      name: "copied-is-ignored",
      fault: "COPIED changes nothing.",
      harm: "On loopback, and in a container, every byte is pinned and copied: slower than a copy.",
      edits: [{
        file: "src/zerocopy/chooser.ts",
        find: `} else if (this.#state === "on" && copied) {`,
        replace: `} else if (this.#state === "on" && copied && lo < 0) {`,
      }],
      caughtBy: {
        file: "src/zerocopy/chooser_test.ts",
        test: "COPIED turns zero-copy off, and the reason is told",
      },
      inGate: true,
    },
    {
      name: "zero-copy-never-returns",
      fault: "Once it is off, zero-copy stays off.",
      harm: "A packet capture that has ended long ago costs a copy for ever.",
      edits: [{
        file: "src/zerocopy/chooser.ts",
        find: "if (copied) this.#turnOff(this.#reason)\n      else this.#turnOn()",
        replace: "this.#turnOff(this.#reason)",
      }],
      caughtBy: {
        file: "src/zerocopy/chooser_test.ts",
        test: "a probe that went zero-copy turns it on again, and the next way to a probe is short",
      },
    },
    {
      name: "a-probe-has-company",
      fault: "A probe goes in one call with other pieces.",
      harm: "More is pinned than needs to be where the kernel copies in any case.",
      edits: [{
        file: "src/zerocopy/grouping.ts",
        find: `if (choice === "zerocopy" && this.#chooser.probes) return end\n`,
        replace: "",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "a probe goes alone, and what is behind it by copy until the verdict is there",
      },
    },
    {
      name: "no-room-ends-accepting",
      fault: "Accepting fails when the process has no file descriptor left.",
      harm: "A server ends because many have come.",
      edits: [{
        file: "src/tcp/open/accept_pause.ts",
        find: "...[errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM],",
        replace: "",
      }],
      caughtBy: {
        file: "test/limits/descriptors_test.ts",
        test:
          "a server without file descriptors serves everybody, and says so once; it begins at once",
      },
    },
    {
      name: "a-lost-connection-ends-accepting",
      fault: "Accepting fails for what accept(2) says of one connection.",
      harm: "A peer that resets in the backlog, or a firewall, ends a server.",
      edits: [{
        file: "src/tcp/open/accept.ts",
        find: "if (!roomErrors.has(-n) && !connectionErrors.has(-n)) return",
        replace: "if (!roomErrors.has(-n)) return",
      }, {
        file: "src/tcp/open/accept.ts",
        find: "if (connectionErrors.has(-n) && ++lost < mostLost) continue",
        replace: "if (connectionErrors.has(-n) && ++lost < 0) continue",
      }],
      caughtBy: {
        file: "src/tcp/open/accept_pause_test.ts",
        test: "what fails because of one connection is passed over, whatever it is",
      },
    },
    {
      name: "a-pause-ends-with-each-connection",
      fault: "Each connection that comes while there is no room makes the listener try again.",
      harm: "A server without descriptors is busy with failing, and its JavaScript thread with it.",
      edits: [{
        file: "src/tcp/open/accept.ts",
        find: "if (!this.#pause.underWay) this.#wake()",
        replace: "this.#pause.end()\n    this.#wake()",
      }],
      caughtBy: {
        file: "src/tcp/open/accept_pause_test.ts",
        test: "connections that come in a pause wake nobody, and all are accepted afterwards",
      },
    },
    {
      name: "a-closed-descriptor-is-not-noticed",
      fault: "A listener without room waits for its timer, whatever is closed meanwhile.",
      harm: "Each connection of a server at its limit waits for up to a second.",
      edits: [{
        file: "src/tcp/connection/connection.ts",
        find: "this.stack.descriptors.note()\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/open/accept_pause_test.ts",
        test: "a descriptor that is closed lets the next connection in at once",
      },
    },
  ],
}
