import type { Group } from "../mutant.ts"

export const bytes: Group = {
  promise: "Nothing is lost in silence",
  mutants: [
    {
      name: "a-lease-does-not-wait-for-chunks",
      fault: "A lease is queued at once, though chunks still wait inside the WritableStream.",
      harm: "A body overtakes its header.",
      edits: [{
        file: "src/tcp/send/sent_lease.ts",
        find: "if (connection.calls.order.free) queue()",
        replace: "if (connection.calls.order.free || length > 0) queue()",
      }],
      caughtBy: {
        file: "src/tcp/send/order_of_calls_test.ts",
        test: 'a lease follows a write that nobody waits for (zerocopy: "auto")',
      },
    },
    {
      name: "a-chunk-does-not-wait-for-a-call",
      fault: "A chunk that comes to the sink is queued while a file before it is being opened.",
      harm: "The file lands behind what was written after it.",
      edits: [{
        file: "src/tcp/send/order.ts",
        find: "return this.#calls.length === 0 || this.#chunks > 0",
        replace: "return this.#calls.length < Infinity",
      }],
      caughtBy: {
        file: "src/tcp/send/order_of_calls_test.ts",
        test:
          "a file that takes long to open holds back what comes after it, and one that fails does not",
      },
    },
    {
      name: "a-fin-before-what-waits-in-the-stream",
      fault: "close() does not wait for its turn.",
      harm: "A clean FIN follows bytes that were lost, and close() succeeds.",
      edits: [{
        file: "src/tcp/connection/connection.ts",
        find: "return this.#calls === undefined || this.#calls.inOrder && !this.#calls.isPipedTo",
        replace: "return true",
      }],
      caughtBy: {
        file: "src/tcp/send/order_of_calls_test.ts",
        test: "nothing that waits in the stream is lost by closeWrite or close",
      },
    },
    {
      name: "a-fin-that-nobody-acknowledged",
      fault: "close() succeeds when every byte is acknowledged, whatever became of the FIN.",
      harm: "The peer waits for an end that never comes, and close() had succeeded.",
      edits: [{
        file: "src/tcp/connection/acknowledged.ts",
        find: "queue.acceptedBytes + (writingEnded ? 1 : 0)",
        replace: "queue.acceptedBytes + (writingEnded ? 0 : 0)",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "close fails when a reset comes before the FIN was acknowledged, zerocopy: never",
      },
    },
    {
      name: "a-writers-chunk-is-taken",
      fault: "The default takes what a program writes by a writer of its own.",
      harm: "A body that is cached and served is empty after the first peer.",
      edits: [{
        file: "src/tcp/streams/writable.ts",
        find: "piped ? ownership : writtenByProgram(ownership)",
        replace: "piped ? ownership : ownership",
      }],
      caughtBy: {
        file: "src/tcp/send/ownership_test.ts",
        test:
          'auto leaves with a program what it writes itself, before a pipe and after one (zerocopy: "auto")',
      },
    },
    {
      name: "a-partial-send-is-a-whole-one",
      fault: "When a call takes a part of a piece, the rest of it counts as sent.",
      harm: "The peer misses bytes in the middle, and nobody says so.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "piece.remaining -= taken",
        replace: "piece.remaining = 0",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "a call that takes a part of a piece leaves the rest to calls with ids of their own",
      },
    },
    {
      name: "a-partial-send-has-no-id",
      fault: "The id of a call that took a part of a piece is not written down.",
      harm: "All ids after it are off by one: memory is released early.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "const id = this.ids.issue(first, last, n)",
        replace: "if (n < asked) return\n    const id = this.ids.issue(first, last, n)",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "a call that takes a part of a piece leaves the rest to calls with ids of their own",
      },
    },
    {
      name: "a-courier-is-believed-beforehand",
      fault: "What a courier is given counts as accepted when its call begins.",
      harm: "What the call did not take is never sent.",
      edits: [
        {
          file: "src/zerocopy/lent_calls.ts",
          find: "this.#flight.offered = this.#output.asked\n    this.#flight.settle()",
          replace:
            "const asked = this.#flight.offered = this.#output.asked\n    this.#flight.account(first, asked, asked)\n    this.#host.carried(asked)",
        },
        {
          file: "src/zerocopy/lent_calls.ts",
          find:
            "if (n <= 0) this.#flight.settle()\n    else if (piece.file === undefined) this.#flight.account(first, n, asked)\n    else this.#output.fileAccepted(piece, n)\n    this.#host.carried(n)",
          replace: "void [piece, n, asked]\n    this.#flight.settle()",
        },
      ],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test: "what a courier's call did not take in time is sent after it",
      },
    },
    {
      name: "a-chunk-joins-whatever-lies-before-it",
      fault:
        "A borrowed chunk is taken for part of the piece before it, wherever in the buffer it is.",
      harm: "The peer gets other bytes of the same buffer.",
      edits: [{
        file: "src/tcp/send/backlog.ts",
        find: "piece.offset + piece.remaining !== offset || ",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_test.ts",
        test: "borrowed chunks that leave a gap between them are pieces of their own",
      },
    },
    {
      name: "an-error-without-a-notification",
      fault: "EPOLLERR is taken for a notification, though the error queue is empty.",
      harm: "A connection that is gone looks alive until somebody writes.",
      edits: [{
        file: "src/zerocopy/piece_sender.ts",
        find: "return this.reap() > 0 && !hangup",
        replace: "return this.reap() >= 0 || hangup",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "a reset while bytes are in flight is noticed though nobody writes or reads",
      },
    },
    {
      name: "a-reset-is-kept-secret",
      fault:
        "What close() throws away while it waits takes the connection's error, and tells nobody.",
      harm: "The kernel tells it once: close() waits for acknowledgements that cannot come.",
      edits: [{
        file: "src/tcp/receive/discard.ts",
        find: "if (n < 0 && news) this.#host.lose(-n)\n",
        replace: "\n",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "a reset that nobody has noticed yet fails the close when bytes are lost",
      },
    },
    {
      name: "a-close-that-breaks-its-last-bytes",
      fault: "A close takes the failure of what it sends itself for an abort before it.",
      harm: "A file cannot be read to its end, and close() reports success.",
      edits: [{
        file: "src/tcp/connection/close.ts",
        find: "connection.failed && !failedBefore",
        replace: "connection.failed && failedBefore",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_broken_test.ts",
        test: "close fails if the disk fails when it sends what is left",
      },
    },
    {
      name: "gathered-bytes-do-not-count",
      fault: "close() of a lost connection looks only at bytes that were queued.",
      harm: "Small writes that were gathered are lost, and close() reports success.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "queue.writtenBytes === 0 && unsentBytes === 0",
        replace: "queue.writtenBytes === 0 && unsentBytes >= 0",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "a close fails if a reset comes just before the first 10 bytes",
      },
    },
    {
      name: "an-aborted-call-ends-in-a-fin",
      fault: "abort() ends a courier's call by shutting the socket down.",
      harm: "A FIN goes out before the reset, and the peer takes a part for the whole.",
      edits: [{
        file: "src/zerocopy/lent_calls.ts",
        find: "if (kernel.disconnect(this.#fd) === -errno.EBUSY) kernel",
        replace: "kernel",
      }],
      caughtBy: {
        file: "src/tcp/connection/courier_reset_test.ts",
        test: "abort sends a reset, and no FIN before it",
      },
    },
    {
      name: "a-fin-before-the-bytes",
      fault: "close() sends its FIN while bytes are still queued.",
      harm: "The peer takes a part for the whole.",
      edits: [{
        file: "src/tcp/connection/finish.ts",
        find: "if (queue.failed || queue.queuedBytes > 0) return false",
        replace: "if (queue.failed) return false",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_unread_test.ts",
        test: "two sides that close over what they have not read both end well",
      },
    },
    {
      name: "unread-bytes-reset-the-connection",
      fault: "close() does not read what the peer has sent meanwhile.",
      harm: "Linux answers with a reset, and the peer loses bytes that it had not read yet.",
      edits: [{
        file: "src/tcp/receive/discard.ts",
        find: "    if (this.#ended) return true\n    const more = this.takeTurn(false)\n",
        replace: "    if (this.#bytes === 0) return true\n    const more = this.takeTurn(false)\n",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_unread_test.ts",
        test:
          "what was not read does not make a reset of close where the FIN was acknowledged before",
      },
    },
    {
      name: "small-chunks-are-overtaken",
      fault: "What was gathered is not queued before a big chunk is.",
      harm: "Bytes arrive in another order than they were written.",
      edits: [{
        file: "src/tcp/send/packer.ts",
        find: "} else {\n      this.flush()\n    }",
        replace: "}",
      }],
      caughtBy: {
        file: "src/tcp/streams/writable_test.ts",
        test: 'gathered small chunks keep their place between big ones (zerocopy: "always")',
      },
    },
    {
      name: "foreign-records-are-ours",
      fault: "The origin of a record of the error queue is not looked at.",
      harm: "An ICMP error or a timestamp releases memory that is in flight.",
      edits: [{
        file: "ffi/abi/errqueue.ts",
        find: "errno !== 0 || origin !== SO_EE_ORIGIN_ZEROCOPY",
        replace: "errno !== 0 || origin === SO_EE_ORIGIN_ZEROCOPY + 251",
      }],
      caughtBy: {
        file: "ffi/abi/errqueue_test.ts",
        test: "ICMP errors and timestamps between notifications are stepped over, and counted",
      },
    },
    {
      name: "a-foreign-record-ends-the-queue",
      fault: "A record that is none of ours is taken for the end of the error queue.",
      harm: "Notifications behind it stay unread, and memory does not come back.",
      edits: [{
        file: "ffi/abi/errqueue.ts",
        find: "else batch.foreign++\n",
        replace: "else return void batch.foreign++\n",
      }],
      caughtBy: {
        file: "ffi/abi/errqueue_test.ts",
        test: "ICMP errors and timestamps between notifications are stepped over, and counted",
      },
    },
    {
      name: "the-control-length-stays",
      fault: "msg_controllen is set before the first read of the error queue alone.",
      harm: "The kernel leaves its own length there: a longer record is cut, and its ids are lost.",
      edits: [
        {
          file: "ffi/abi/msghdr.ts",
          find: "this.#headerWords[start + msghdrOffset.msg_controllen / 4] = controlBytes",
          replace: "void controlBytes",
        },
        {
          file: "ffi/abi/msghdr.ts",
          find: "writeAddress(this.headers.buffer, start + msghdrOffset.msg_control, address)",
          replace: `writeAddress(this.headers.buffer, start + msghdrOffset.msg_control, address)
      this.#headerWords[(start + msghdrOffset.msg_controllen) / 4] = controlBytes`,
        },
      ],
      caughtBy: {
        file: "ffi/abi/msghdr_test.ts",
        test: "the error queue gives whole notifications after a read that brought no control data",
      },
    },
    {
      name: "one-read-of-the-error-queue",
      fault: "The error queue is read once, however many records there are.",
      harm: "Readiness tells of each record once: what is left unread is never released.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "if (n < kernel.errorReads) return records",
        replace: "return records",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test:
          "every record is read, however many there are, and what is foreign among them is counted",
      },
    },
    {
      name: "close-does-not-wait-for-acknowledgements",
      fault: "close() waits for notifications, and for nothing that went by copy.",
      harm: "A peer that vanished before the last bytes came is told as well served.",
      edits: [{
        file: "src/tcp/connection/acknowledged.ts",
        find: "acknowledgesAll(sender: Sender): boolean {",
        replace:
          "acknowledgesAll(sender: Sender): boolean {\n  if (sender.queue.acceptedBytes >= 0) return true",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_loss_test.ts",
        test: "close fails when what went by copy is never acknowledged",
      },
    },
    {
      name: "a-gap-ends-in-a-fin",
      fault: "A chunk that cannot be sent leaves its connection open.",
      harm: "The peer sees an ordinary end, and takes a part of a file for the whole.",
      edits: [{
        file: "src/tcp/connection/break_off.ts",
        find: `connection.stop(cause)
  Effect.runForkWith(connection.stack.services)(reset(connection))`,
        replace: "void connection",
      }],
      caughtBy: {
        file: "src/effect/errors_test.ts",
        test: "a chunk that was detached is a defect, and the peer sees a reset (endOnDone: false)",
      },
    },
    {
      name: "a-failed-source-ends-in-a-fin",
      fault: "A stream that fails while it is sent leaves the connection as it is.",
      harm: "The peer takes the part that came before the failure for the whole.",
      edits: [{
        file: "src/tcp/transfer/send_from.ts",
        find:
          "if (this.#connection.queue.failure === undefined) resetBecause(this.#connection, failure)",
        replace: "void resetBecause",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_from_failures_test.ts",
        test: "a stream that fails at once resets the connection too",
      },
    },
    {
      name: "a-failed-scope-ends-in-a-fin",
      fault: "A scope that closes with a failure sends a FIN.",
      harm: "The peer takes what a program had sent when it failed for the whole.",
      edits: [{
        file: "src/effect/lifetime.ts",
        find: "const failed = broken(exit)",
        replace: 'const failed = exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)',
      }],
      caughtBy: {
        file: "src/effect/ending_test.ts",
        test: "a program that fails resets, so that nobody takes a part for the whole",
      },
    },
    {
      name: "a-file-starts-over",
      fault: "After a call that took a part of a file, the next one begins where that one did.",
      harm: "The peer gets the first part of the file again and again.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "this.#counters.fileBytes += n\n    piece.offset += n\n",
        replace: "this.#counters.fileBytes += n\n",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_file_test.ts",
        test: "a file arrives whole, and counts as neither copied nor pinned",
      },
    },
    {
      name: "a-file-is-overtaken",
      fault: "A call for the bytes before a file takes what is queued behind it along.",
      harm: "The peer gets the trailer before the file.",
      edits: [{
        file: "src/zerocopy/grouping.ts",
        find: "if (piece.file !== undefined) break\n",
        replace: "if (piece.file !== undefined) continue\n",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_file_test.ts",
        test:
          "a file that waits for room goes behind what waits already, and before what comes then",
      },
    },
    {
      name: "a-short-file-is-whole",
      fault: "A file that ends before its range does counts as sent.",
      harm: "What comes next is taken for the rest of the file.",
      edits: [{
        file: "src/pieces/output.ts",
        find: 'if (n === 0) throw file.failed("SHRUNK", piece)',
        replace: "if (n === 0) return length + (piece.remaining = 0)",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_file_failures_test.ts",
        test:
          "a file that shrinks under way fails with what was sent, and nothing goes behind the gap",
      },
    },
    {
      name: "a-size-is-believed",
      fault: "What stat(2) says is the size of a file, whatever can be read.",
      harm: "Of /proc/cpuinfo the peer gets nothing, and the call succeeds.",
      edits: [{
        file: "src/tcp/transfer/unsized_file.ts",
        find: "if (size > 0 && (stat.blocks > 0n || await has(handle, size - 1))) return",
        replace: "if (stat.blocks >= 0n || await has(handle, size - 1)) return",
      }],
      caughtBy: {
        file: "src/tcp/transfer/unsized_file_test.ts",
        test: "files of /proc and /sys arrive as they read, whatever size they claim",
      },
    },
    {
      name: "a-handle-keeps-what-it-has-read",
      fault: "A socket of Bun's HTTP server is taken over while its handle has bytes to hand on.",
      harm: "Up to half a megabyte that the peer sent is missing, and nobody says so.",
      edits: [{
        file: "src/tcp/take_over/node.ts",
        find: "if (handle?.hasQueuedTunnelReads !== true) return undefined",
        replace: "if (handle === undefined || take === undefined) return undefined",
      }],
      caughtBy: {
        file: "src/tcp/take_over/node_http_test.ts",
        test: "node:http: what a handle has read and not handed on yet goes to readable alone",
      },
    },
    {
      name: "a-web-stream-keeps-its-bytes",
      fault: "A socket of which a web stream was made is taken over.",
      harm: "What waits in the queue of that stream is missing, and nobody says so.",
      edits: [{
        file: "src/tcp/take_over/node_stream.ts",
        find: 'socket.listeners("data").some(feedsWebStream)',
        replace: 'socket.listeners("data").length < 0 && [].some(feedsWebStream)',
      }],
      caughtBy: {
        file: "src/tcp/take_over/node_stream_test.ts",
        test: "node:net: after Readable.toWeb it is refused, and the other stream gets every byte",
      },
    },
    {
      name: "a-chunk-without-a-size-ends-the-stream-alone",
      fault: "The size of a chunk is asked of whatever has the prototype of a Uint8Array.",
      harm:
        "A proxy for one fails the stream without a reset, and the peer takes the part before for all.",
      edits: [{
        file: "src/tcp/streams/writable.ts",
        find: "return byteLengthOf(chunk) ??",
        replace: "const bytes: unknown = chunk\n" +
          "        if (bytes instanceof Uint8Array) return bytes.byteLength\n" +
          "        return byteLengthOf(chunk) ??",
      }],
      caughtBy: {
        file: "test/bad_input/chunks_test.ts",
        test: "a proxy for a Uint8Array is a TypeError that says so, and a reset",
      },
    },
    {
      name: "a-reset-that-only-a-courier-has-seen",
      fault: "A call that receives nothing is the end, though a courier's call has got the error.",
      harm: "A stream that was cut off ends as if it were whole.",
      edits: [{
        file: "src/tcp/receive/received_bytes.ts",
        find: "if (n === 0 && !this.#host.endedElsewhere) {",
        replace: "if (n === 0) {",
      }],
      caughtBy: {
        file: "src/tcp/receive/lost_error_test.ts",
        test: "a reset that a courier's call has got is no end to a reader",
      },
    },
    {
      name: "a-rest-that-is-sent-from-the-start",
      fault:
        "What the kernel had no room for of a chunk that was copied at once is the whole chunk.",
      harm: "The peer gets the first part of the chunk twice.",
      edits: [{
        file: "src/tcp/send/copy_at_once.ts",
        find: "return bytes.subarray(n)",
        replace: "return bytes",
      }],
      caughtBy: {
        file: "src/tcp/send/copy_at_once_test.ts",
        test:
          "what the kernel has no room for of such a chunk follows once, and the chunk is taken all the same",
      },
      inGate: true,
    },
    {
      name: "a-message-within-a-chunk",
      fault: "What is copied to slots is sent before the whole chunk is queued.",
      harm: "Sending releases memory, and what is written then lands within the chunk.",
      edits: [{
        file: "src/tcp/send/queue.ts",
        find: "  add(piece: Piece): void {\n    this.#backlog.push(piece)\n",
        replace:
          "  add(piece: Piece): void {\n    this.#backlog.push(piece)\n    this.#loop.queued()\n",
      }],
      caughtBy: {
        file: "src/tcp/send/copy_to_slots_test.ts",
        test: "what a release sets off never comes between the bytes of a chunk (auto)",
      },
    },
    {
      name: "a-copied-chunk-is-freed",
      fault: "The memory of a chunk that is copied to slots is freed, whoever owns it.",
      harm: "A program's buffer is gone, with everything else that was in it.",
      edits: [{
        file: "src/tcp/send/packer.ts",
        find: "if (taken) freed(bytes.buffer)",
        replace: "freed(bytes.buffer)",
      }],
      caughtBy: {
        file: "src/tcp/send/copy_to_slots_test.ts",
        test: "a view of part of a buffer is copied before write returns, and stays its producer's",
      },
      inGate: true,
    },
  ],
}
