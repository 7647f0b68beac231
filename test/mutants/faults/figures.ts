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
      name: "copies-to-slots-are-not-counted",
      fault: "Nobody counts what is copied to slots.",
      harm: "stats() lets a program believe that its bytes were never copied.",
      edits: [{
        file: "src/tcp/send/piece_maker.ts",
        find: "    this.#queue.counters.staged += length\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/send/copy_to_slots_test.ts",
        test: "chunks that a pipe brings share slots, and their memory is free at once",
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
        file: "src/tcp/connection/acknowledged.ts",
        find: "unknownBytes: Math.max(0, acceptedBytes - Math.max(0, acknowledged))",
        replace: "unknownBytes: Math.min(0, acknowledged)",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "a reset that comes while close waits for the peer fails the close",
      },
    },
    {
      name: "a-reset-takes-the-address",
      fault: "The address of this side is not looked up before a reset.",
      harm: "Of a connection that was aborted localAddr is 0.0.0.0: no log says which one it was.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "connection.addresses.settle()\n    yield*",
        replace: "yield*",
      }],
      caughtBy: {
        file: "src/tcp/connection/addresses_test.ts",
        test:
          "the address of a socket outlives its reset, by either side, though nobody asked for it before",
      },
    },
    {
      name: "a-courier-takes-the-address",
      fault: "It is looked up after a courier's call was ended, which a reset does, too.",
      harm: "Of a fast connection that was aborted localAddr is 0.0.0.0.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "connection.addresses.settle()\n    yield* queue.carrier.quiesce\n",
        replace: "yield* queue.carrier.quiesce\n    connection.addresses.settle()\n",
      }],
      caughtBy: {
        file: "src/tcp/connection/courier_reset_test.ts",
        test: "the address of this side outlives a reset, though nobody asked for it before",
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
    {
      name: "quarantined-bytes-of-no-process",
      fault: "What a connection leaves behind is not added to the figure of its process.",
      harm: "No alert is raised while HTTP connections lose memory for ever.",
      edits: [{
        file: "src/tcp/connection/quarantine.ts",
        find: "  connection.stack.quarantinedBytes += inFlight.bytes\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/effect/metrics_test.ts",
        test: "memory without proof is quarantined, and no longer in flight",
      },
    },
    {
      name: "pauses-are-not-counted",
      fault: "A listener that cannot accept connections does not count it.",
      harm: "No alert is raised while the process has no file descriptor left.",
      edits: [{
        file: "src/tcp/open/accept_pause.ts",
        find: "    this.#stack.acceptPauses++\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/effect/effect_test.ts",
        test: "while no file descriptor is left, connections wait and a warning is logged",
      },
    },
    {
      name: "servers-in-no-metric",
      fault: "The figures of the process leave out a program that only serves HTTP.",
      harm: "The alerts ask for metrics that such a program does not show.",
      edits: [{
        file: "src/effect/http/server.ts",
        find: "    countStack(context, stack)\n",
        replace: "    void [countStack, stack]\n",
      }],
      caughtBy: {
        file: "test/effect_http/figures_test.ts",
        test: "spans and metrics tell what was answered, by OpenTelemetry's names",
      },
    },
    {
      name: "bench-compares-with-nothing",
      fault: "The command compares the CPU time of each way with its own.",
      harm: "zerowire bench says that there is no difference, whatever there is.",
      edits: [{
        file: "src/cli/bench/compare.ts",
        find: "ways.find((other) => other.own && other.source === way.source)",
        replace: "ways.find((other) => other === way)",
      }],
      caughtBy: {
        file: "src/cli/bench/compare_test.ts",
        test: "each way is compared with the runtime's own of the same source, round by round",
      },
    },
  ],
}
