import type { Group } from "../mutant.ts"

const piping = "test/wpt/file_piping_test.ts"
const byCourier = "src/tcp/transfer/file_by_courier_test.ts"

export const files: Group = {
  promise: "A file that the kernel moves is a stream that was piped",
  mutants: [
    {
      name: "a-header-promises-a-file-on-disk",
      fault: "A header is sent with MSG_MORE although the file behind it is not in memory.",
      harm: "The kernel holds the header back for 200 ms, or until the disk has answered.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "return file.ready(offset, fileCallLength(piece))",
        replace: "return file.fd !== offset || piece.remaining > 0",
      }],
      caughtBy: {
        file: "src/pieces/plain_carrier_test.ts",
        test: "a header is not kept back for a file that is not in memory",
      },
    },
    {
      name: "a-header-waits-for-ever",
      fault: "A flush waits for a file until it is open, however long that takes.",
      harm: "A header stays here while a network file system does not answer.",
      edits: [{
        file: "src/tcp/send/flush_timer.ts",
        find: "this.#awaited > 0 && this.#turns-- > 0",
        replace: "this.#awaited > 0 && this.#turns > 0",
      }],
      caughtBy: {
        file: "src/tcp/send/flush_timer_test.ts",
        test: "a flush does not wait for long, whatever is awaited",
      },
    },
    {
      name: "a-header-without-its-file",
      fault: "A flush does not wait for a file that is being opened.",
      harm: "Each header is a packet of its own, and wakes the peer for itself.",
      edits: [{
        file: "src/tcp/send/flush_timer.ts",
        find: "this.#awaited > 0 && this.#turns-- > 0",
        replace: "this.#awaited > 0 && this.#turns-- > mostTurns",
      }],
      caughtBy: {
        file: "src/tcp/transfer/header_of_file_test.ts",
        test: "a header waits for its file to be opened, and shares a packet with it",
      },
    },
    {
      name: "the-short-way-forgets-prevent-close",
      fault: "The short way of pipeTo ends the socket, whatever preventClose says.",
      harm: "A file that was meant to follow a header is the end of the connection.",
      edits: [{
        file: "src/tcp/streams/short_pipe.ts",
        find: "preventClose: Boolean(preventClose)",
        replace: "preventClose: Boolean(preventClose) && given === null",
      }],
      caughtBy: { file: piping, test: "preventClose true keeps the socket open for more" },
    },
    {
      name: "a-partly-read-file-from-its-start",
      fault: "The kernel moves a stream's file from its first byte, though some were read before.",
      harm: "The peer gets bytes twice, and the last ones never.",
      edits: [{
        file: "src/tcp/transfer/file_move.ts",
        find: "takeFile(source, this.#reading.position, this.byteLength)",
        replace: "takeFile(source, 0, this.byteLength)",
      }],
      caughtBy: {
        file: piping,
        test: "bytes that were read before are not sent again, whichever reader read them",
      },
    },
    {
      name: "what-waits-in-the-stream-is-left-there",
      fault: "The short way does not look at what was read and still waits in the stream.",
      harm: "A hole in the file, behind a reader that has left.",
      edits: [{
        file: "src/tcp/streams/short_pipe.ts",
        find: "this.#source.queuedBytes > 0",
        replace: "this.#source.queuedBytes < 0",
      }],
      caughtBy: {
        file: piping,
        test: "bytes that wait in the stream go first, even if their reader left before they came",
      },
    },
    {
      name: "a-file-that-was-stopped-goes-on",
      fault: "What is left of a file stays in the queue when a signal has ended its pipe.",
      harm: "The rest of the file lands in what comes next on the socket.",
      edits: [{
        file: "src/tcp/transfer/file_move.ts",
        find: "    this.#end()\n    this.#queue?.leaveOut(this.#source)\n",
        replace: "    this.#end()\n",
      }],
      caughtBy: {
        file: piping,
        test: "a signal aborted while it runs: preventAbort true, preventCancel false",
      },
    },
    {
      name: "whatever-has-the-name-by-now",
      fault: "An open file is opened once more by its name, whichever file has that by now.",
      harm: "The peer gets another file than the one that was opened.",
      edits: [{
        file: "src/tcp/transfer/runtime_file.ts",
        find:
          "if (found.dev === Number(wanted.dev) && found.ino === Number(wanted.ino)) return handle",
        replace: "if (found.dev === Number(wanted.dev)) return handle",
      }],
      caughtBy: {
        file: "src/tcp/transfer/file_stream_test.ts",
        test: "an open file is found though it was renamed, replaced or deleted since",
      },
    },
    {
      name: "a-file-closed-under-a-courier",
      fault: "A file is closed while a courier's call reads from it.",
      harm: "A call that has not begun yet sends whichever file has the number by then.",
      edits: [{
        file: "src/tcp/transfer/open_file.ts",
        find: "    this.#users++\n",
        replace: "",
      }],
      caughtBy: {
        file: byCourier,
        test:
          "a file stays open until the courier's call has ended, whatever becomes of its stream",
      },
    },
    {
      name: "left-out-under-a-courier",
      fault: "What is left of a file is taken out of the queue while a courier's call sends it.",
      harm: "What the call takes after that is sent twice.",
      edits: [{
        file: "src/tcp/send/send_loop.ts",
        find: "this.carrier.away && this.#backlog.oneLeft) {",
        replace: "this.carrier.away && this.#backlog.empty) {",
      }],
      caughtBy: {
        file: byCourier,
        test: "a signal during a courier's call leaves nothing out and sends nothing twice",
      },
    },
    {
      name: "left-out-within-a-call",
      fault: "What is left of a file is taken out of the queue from within the call that sends it.",
      harm: "The call fails for want of its piece, and the queue never sends again.",
      edits: [{
        file: "src/tcp/send/send_loop.ts",
        find: 'if (this.#is("sending") || this.carrier.away',
        replace: "if (this.carrier.away",
      }],
      caughtBy: {
        file: "src/tcp/send/queue_test.ts",
        test:
          "a file may be left out from within the call that is to send it, and the queue goes on",
      },
    },
    {
      name: "the-pipe-does-not-wait-for-the-courier",
      fault:
        "A stream that was stopped goes on from what was accepted before the courier's call ended.",
      harm: "What the call took is sent twice.",
      edits: [{
        file: "src/tcp/transfer/file_move.ts",
        find: "      await queue.untilLanded()\n",
        replace: "",
      }],
      caughtBy: {
        file: byCourier,
        test: "a signal during a courier's call leaves nothing out and sends nothing twice",
      },
    },
    {
      name: "couriers-for-files-in-every-isolate",
      fault: "A courier sends files in an isolate that may end before its process.",
      harm: "A call that begins after that sends another file to another peer.",
      edits: [{
        file: "src/zerocopy/lent_calls.ts",
        find: 'return this.#tools.kernel.isolateEnd === "process"',
        replace: "return true",
      }],
      caughtBy: {
        file: byCourier,
        test: "an isolate that may end before its process has no courier send files",
      },
    },
    {
      name: "a-courier-for-ever",
      fault: "Nobody ends a courier's call for a peer that takes 64 KiB of a file at a time.",
      harm: "Four slow peers keep all couriers.",
      edits: [{
        file: "src/zerocopy/delegation.ts",
        find: "setTimeout(() => this.hurry(), longestFileCall)",
        replace: "setTimeout(() => {}, longestFileCall)",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test:
          "a courier that sends a file for a slow peer is told to wait no more, and keeps the file open",
      },
    },
    {
      name: "a-courier-that-files-keep",
      fault: "A courier that sends a file is not given back when another socket wants it.",
      harm: "Four files to slow peers keep all couriers from everybody else.",
      edits: [{
        file: "src/zerocopy/delegation.ts",
        find: "if (!this.#endable ||",
        replace: "if (!this.#relaying ||",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test:
          "a courier that sends a file is given back when another socket wants it, but not before it was worth its wakes",
      },
      inGate: true,
    },
    {
      name: "the-number-of-a-closed-file",
      fault: "The kernel is to move the file of a stream that has failed and closed it.",
      harm: "The pipe tells a wrong reason, or sends from a file that somebody else has open.",
      edits: [{
        file: "src/tcp/transfer/file_reading.ts",
        find: "      if (!this.open) return undefined\n",
        replace: "",
      }],
      caughtBy: {
        file: piping,
        test: "a file that failed for a reader who has left fails the pipe in the same way",
      },
    },
  ],
}
