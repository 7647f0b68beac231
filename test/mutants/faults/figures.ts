import type { Group } from "../mutant.ts"

export const figures: Group = {
  promise: "It tells the truth",
  mutants: [
    {
      name: "one-code-for-a-whole-range",
      fault: "What the kernel says of a merged range is believed of each of its ids.",
      harm: "stats() calls bytes zero-copy that the kernel has copied.",
      edits: [{
        file: "src/zerocopy/ids.ts",
        find: "this.#judge(bytes, first, copied)",
        replace: "this.#judge(bytes, first || true, copied)",
      }],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "the code of a merged range is counted for its first id alone",
      },
    },
    {
      name: "any-range-is-the-probes",
      fault: "A probe takes any notification for its own verdict.",
      harm: "Zero-copy turns on where the kernel copies, or stays off where it does not.",
      edits: [{
        file: "src/zerocopy/chooser.ts",
        find: "if (lo !== this.#probeId) return\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/zerocopy/chooser_test.ts",
        test: "only a range that starts at the probe's id is its verdict",
      },
    },
    {
      name: "unknown-bytes-are-known",
      fault: "Bytes that were accepted count as received.",
      harm: "The error of a lost connection says that nothing is missing.",
      edits: [{
        file: "src/tcp/connection/connection.ts",
        find: "unknownBytes: Math.max(0, acceptedBytes - Math.max(0, acknowledged))",
        replace: "unknownBytes: Math.min(0, acknowledged)",
      }],
      caughtBy: {
        file: "src/tcp/connection/teardown_test.ts",
        test: "a reset that comes while close waits for the peer fails the close",
      },
    },
    {
      name: "quarantine-is-called-proof",
      fault: "close() reports quarantined pieces as released by proof.",
      harm: "A program uses borrowed memory again that the kernel may still read.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "return reportOf(connection, before - quarantined, quarantined)",
        replace: "return reportOf(connection, before, 0)",
      }],
      caughtBy: {
        file: "src/tcp/connection/quarantine_test.ts",
        test: "memory without proof is quarantined: told of, counted, and never leased again",
      },
    },
  ],
}
