import type { Group } from "../mutant.ts"

const piping = "test/wpt/relay_piping_test.ts"
const byCourier = "src/tcp/streams/relay_by_courier_test.ts"
const stopped = "a signal aborted while nothing is taken: preventAbort true, preventCancel true"

export const relays: Group = {
  promise: "What the kernel moves between two sockets is a stream that was piped",
  mutants: [
    {
      name: "bytes-of-a-pipe-left-behind",
      fault: "What a pipe holds when a relay is stopped is closed with it.",
      harm: "A hole of up to 1 MiB in what the stream gives next, and nobody is told.",
      edits: [{
        file: "src/tcp/streams/relay_pipe.ts",
        find: "if (n > 0) this.#receiver.bytes.putBack(bytes.subarray(0, n))",
        replace: "if (n > 0) bytes.subarray(0, n)",
      }],
      caughtBy: { file: piping, test: stopped },
    },
    {
      name: "a-relay-that-was-stopped-goes-on",
      fault:
        "What a pipe holds stays in the queue of the socket when a signal has ended the relay.",
      harm: "The connection waits for bytes, or fails for want of them, that were given back.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "    this.#connection?.queue.leaveOut(this.#pipe)\n",
        replace: "",
      }],
      caughtBy: { file: piping, test: stopped },
    },
    {
      name: "a-relay-forgets-what-was-put-back",
      fault:
        "A relay begins with what is still in the kernel, and not with what was received before.",
      harm: "Bytes change their order.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "if (early !== undefined) {",
        replace: "if (early !== undefined && most < 0) {",
      }],
      caughtBy: { file: piping, test: stopped },
    },
    {
      name: "a-pipe-that-nobody-closes",
      fault: "A relay is not told that its pipeTo has ended.",
      harm: "Two file descriptors stay open, and what the pipe holds is lost.",
      edits: [{
        file: "src/tcp/streams/short_pipe.ts",
        find: "    await moving.end()\n",
        replace: "",
      }],
      caughtBy: { file: piping, test: "no pipe of the kernel stays open, however pipeTo ends" },
    },
    {
      name: "a-relay-says-no-end",
      fault: "The stream of a socket does not end when a relay has moved its last byte.",
      harm: "The FIN is never sent on.",
      edits: [{
        file: "src/tcp/streams/readable.ts",
        find: "    this.#open = false\n    this.#controller?.close()\n",
        replace: "    this.#open = false\n",
      }],
      caughtBy: {
        file: piping,
        test: "the kernel moves what arrives, and the end is a FIN after everything",
      },
    },
    {
      name: "a-failed-queue-says-that-the-pipe-is-empty",
      fault: "A relay whose sink is lost goes on as if the bytes in its pipe had been sent.",
      harm:
        "It finds the end of the source, and the stream ends before the bytes that it still has.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "      if (queue.failed) return\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/streams/relay_move_test.ts",
        test: "a source that has ended gives what a lost sink has not accepted",
      },
    },
    {
      name: "a-relay-without-an-end-of-its-turn",
      fault: "A relay fills its pipe again within the call that has emptied it.",
      harm: "It goes on for as long as there are bytes and room, and nothing else runs meanwhile.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "    if (this.#stepping) return\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/streams/relay_move_test.ts",
        test: "a relay lets the event loop turn though there are always bytes and room",
      },
    },
    {
      name: "a-relay-that-does-not-wait-for-its-courier",
      fault: "A relay that has ended closes its pipe while a courier still moves bytes through it.",
      harm: "Bytes are lost, or end up in whatever has the file descriptors next.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "    await this.#moving?.landed\n",
        replace: "",
      }, {
        file: "src/tcp/streams/relay_move.ts",
        find: "      await queue.untilLanded()\n",
        replace: "",
      }],
      caughtBy: {
        file: byCourier,
        test: "a sink that is lost leaves the rest to the source's stream, and is waited for",
      },
    },
    {
      name: "a-courier-that-says-nothing-of-a-reset",
      fault: "The error that a courier's call has received is dropped.",
      harm: "The kernel reports a reset once, so it looks like the end: the peer gets a FIN.",
      edits: [{
        file: "src/tcp/receive/receiver.ts",
        find: "if (number > 0 && this.bytes.ending === undefined)",
        replace: "if (number > 1000 && this.bytes.ending === undefined)",
      }],
      caughtBy: {
        file: byCourier,
        test: "a source that is reset during a courier's relay fails the pipe: it is no end",
      },
    },
    {
      name: "a-courier-that-is-not-told-to-stop",
      fault: "A signal does not end a courier's relay.",
      harm: "The pipe ends a second later, and what was stopped goes on until then.",
      edits: [{
        file: "src/zerocopy/delegation.ts",
        find: "if (this.#relaying) this.#job?.courier.stopRelay()",
        replace: "if (this.#relaying) return",
      }],
      caughtBy: {
        file: byCourier,
        test: "a signal during a courier's relay loses no byte and sends none twice",
      },
    },
    {
      name: "a-courier-that-takes-a-notification-for-bytes",
      fault: "A courier's relay calls a socket that has an unread notification and nothing else.",
      harm: "The call waits for bytes that nothing can interrupt, or its thread spins for room.",
      edits: [{
        file: "ffi/runtime/relay_loop.ts",
        find: " && (entries[1] >> 16 & (events | ${POLLHUP})) !== 0",
        replace: "",
      }],
      caughtBy: {
        file: "ffi/runtime/relay_loop_test.ts",
        test: "a source with an unread notification and no bytes is asked for none",
      },
    },
    {
      name: "a-source-that-is-emptied-under-its-courier",
      fault: "A source that is closed throws bytes away while a courier still moves them.",
      harm: "The sink gets bytes from behind a hole.",
      edits: [{
        file: "src/tcp/receive/discard.ts",
        find: "      if (receiver.lent) return Effect.andThen(receiver.untilBack, step)\n",
        replace: "",
      }],
      caughtBy: {
        file: byCourier,
        test: "a source that is closed throws nothing away before its courier has returned",
      },
    },
    {
      name: "a-worker-whose-courier-relays",
      fault: "Couriers relay in isolates that may end before their process.",
      harm: "The thread goes on with whatever has the file descriptors next.",
      edits: [{
        file: "src/zerocopy/lent_calls.ts",
        find: "this.#tools.kernel.relays && this.#mayOfferFiles &&",
        replace: "this.#tools.kernel.relays &&",
      }],
      caughtBy: {
        file: byCourier,
        test: "an isolate that may end before its process has no courier relay",
      },
    },
  ],
}
