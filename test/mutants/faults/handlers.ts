import type { Group } from "../mutant.ts"

export const handlers: Group = {
  promise:
    "Handlers get every byte once, in order, and their writes leave in the order of the calls",
  mutants: [
    {
      name: "a-short-read-hides-the-end",
      fault:
        "After a read that was not filled nothing is read, even if the peer's FIN came with it.",
      harm: "A connection whose peer has ended stays open for ever.",
      edits: [{
        file: "src/tcp/receive/received_bytes.ts",
        find: "this.#partial = (events & morePossible) !== 0",
        replace: "this.#partial = false",
      }],
      caughtBy: {
        file: "test/direct/sending_test.ts",
        test: "what many writes of one turn have sent arrives whole: simulated",
      },
    },
    {
      name: "an-event-does-not-end-emptiness",
      fault: "A socket that was read empty once counts as empty from then on.",
      harm: "The second message on a connection is never read.",
      edits: [{
        file: "src/tcp/receive/received_bytes.ts",
        find: "  arrived(events: number): void {\n    this.#empty = false",
        replace: "  arrived(events: number): void {",
      }],
      caughtBy: {
        file: "test/direct/receiving_test.ts",
        test: "what comes back by `unread` comes again with what arrives next: simulated",
      },
    },
    {
      name: "kept-bytes-are-shared",
      fault: "Many bytes that a handler keeps stay in the buffer that all connections share.",
      harm: "The next connection's bytes overwrite them.",
      edits: [{
        file: "src/stack/inbox.ts",
        find: "    this.#memory = undefined\n",
        replace: "",
      }],
      caughtBy: {
        file: "test/direct/receiving_test.ts",
        test: "kept bytes stay as they are, few and many: simulated",
      },
    },
    {
      name: "streams-share-the-handlers-buffer",
      fault: "A stream receives into the buffer that handlers get their bytes in.",
      harm: "A handler that reads a stream sees the stream's bytes in place of its own.",
      edits: [{
        file: "src/tcp/streams/readable.ts",
        find: "const { streamInbox } = this.#connection.stack",
        replace: "const { inbox: streamInbox } = this.#connection.stack",
      }],
      caughtBy: {
        file: "test/direct/receiving_test.ts",
        test: "a stream that a handler reads leaves the handler's bytes as they are: simulated",
      },
    },
    {
      name: "kept-bytes-show-others",
      fault: "The rest of a kept buffer is not cleared.",
      harm: "A program that passes the buffer on passes on what other peers have sent.",
      edits: [{
        file: "src/stack/inbox.ts",
        find: "new Uint8Array(buffer, length).fill(0)",
        replace: "void 0",
      }],
      caughtBy: {
        file: "test/direct/receiving_test.ts",
        test: "kept bytes do not show what other connections have received: linux",
      },
    },
    {
      name: "unread-bytes-are-dropped",
      fault: "Bytes that come back by `unread` do not come again.",
      harm: "A message that arrives in two parts is lost.",
      edits: [{
        file: "src/tcp/direct/direct_socket.ts",
        find: "if (rest.byteLength > 0) this.#connection.receiver.bytes.putBack(rest)",
        replace: "void rest",
      }],
      caughtBy: {
        file: "test/direct/receiving_test.ts",
        test: "a change to streams loses no byte, at any moment: simulated",
      },
    },
    {
      name: "unread-bytes-did-not-arrive",
      fault: "Bytes that come back by `unread` do not count as received.",
      harm: "A peer that sends a long message slowly is reset as if it had sent nothing.",
      edits: [{
        file: "src/tcp/receive/receiver.ts",
        find: "return this.bytes.count + this.bytes.earlyBytes + (this.#drain?.bytes ?? 0)",
        replace: "return this.bytes.count + (this.#drain?.bytes ?? 0)",
      }],
      caughtBy: {
        file: "test/direct/closing_test.ts",
        test: "bytes that come back by `unread` count as received: readTimeout",
      },
    },
    {
      name: "writes-overtake-a-transfer",
      fault: "`write` does not wait for the calls before it.",
      harm: "Bytes of a later call reach the peer in the middle of a file.",
      edits: [{
        file: "src/tcp/connection/call_gate.ts",
        find: "return this.inOrder && !this.#ended && !this.isPipedTo",
        replace: "return !this.#ended",
      }],
      caughtBy: {
        file: "test/direct/sending_test.ts",
        test: "bytes leave in the order of the calls, whichever they are: simulated",
      },
    },
    {
      name: "a-write-without-room-is-forgotten",
      fault: "Nobody is told when there is room again.",
      harm: "A peer that was slow once gets nothing more.",
      edits: [{
        file: "src/tcp/send/room_task.ts",
        find: "this.#turnEnd.run(this.#task)",
        replace: "void 0",
      }],
      caughtBy: {
        file: "test/direct/sending_test.ts",
        test: "a write takes what there is room for, and `drain` asks for the rest: simulated",
      },
    },
    {
      name: "room-is-not-looked-for-at-once",
      fault: "Bytes that go into the kernel at once do not count for a write that waits for room.",
      harm: "`drain` is not called, and the peer gets nothing more.",
      edits: [{
        file: "src/tcp/send/send_loop.ts",
        find: "    this.#told.noticeAccepted()\n    return n",
        replace: "    return n",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_test.ts",
        test: "bytes that go into the kernel at once make the room that a write waits for",
      },
    },
    {
      name: "an-answer-is-taken-for-a-promise",
      fault: "Whatever a handler returns counts as a promise.",
      harm: "`error: (_, error) => errors.push(error)` resets the connection that it is told of.",
      edits: [{
        file: "src/tcp/direct/calling.ts",
        find: 'typeof (answer as PromiseLike<unknown> | null | undefined)?.then === "function"',
        replace: "answer !== undefined",
      }],
      caughtBy: {
        file: "test/direct/closing_test.ts",
        test: "whatever `error` returns, the connection goes on: simulated",
      },
    },
    {
      name: "a-written-chunk-is-lent",
      fault: "What the kernel does not accept of a large write stays in the program's memory.",
      harm: "A program that uses its buffer again changes bytes that were written before.",
      edits: [{
        file: "src/tcp/send/packer.ts",
        find: 'if (!this.#gatherChunk(bytes)) this.#maker.lend(copyOf(bytes), "unowned")',
        replace: 'this.flush()\n    this.#maker.lend(bytes, "unowned")',
      }],
      caughtBy: {
        file: "test/direct/sending_test.ts",
        test: "the memory of a write may change when it returns: simulated",
      },
    },
    {
      name: "looks-never-end",
      fault: "The reactor goes on looking, and never parks a thread.",
      harm: "One core is lost while nothing happens.",
      edits: [{
        file: "src/reactor/looks.ts",
        find: "    this.#left--\n    return true",
        replace: "    this.#since = this.#now()\n    return true",
      }],
      caughtBy: {
        file: "src/reactor/looks_test.ts",
        test: "looks end after a time that grows with short sleeps, to 150 µs",
      },
    },
  ],
}
