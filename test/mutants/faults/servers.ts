import type { Group } from "../mutant.ts"

const timeouts = "src/tcp/connection/timeouts.ts"
const timeoutsTest = "src/tcp/connection/timeouts_test.ts"
const timeoutsDiskTest = "src/tcp/connection/timeouts_disk_test.ts"
const shutdown = "src/tcp/serve/shutdown.ts"
const shutdownTest = "src/tcp/serve/shutdown_test.ts"
const handler = "src/tcp/serve/handler.ts"
const handlerTest = "src/tcp/serve/handler_test.ts"

export const servers: Group = {
  promise: "A server looks after itself, and resets nobody who is well",
  mutants: [
    {
      name: "a-shutdown-forgets-sockets-with-handlers",
      fault: "A listener with handlers does not count what it has accepted.",
      harm: "A shutdown ends at once, and the process ends in the middle of an answer.",
      edits: [{
        file: "src/tcp/direct/direct_listener.ts",
        find: "this.#end.open.add(connection, { deref: () => socket })",
        replace: "",
      }],
      caughtBy: {
        file: "test/direct/shutdown_test.ts",
        test: "a shutdown waits for sockets that answer and end: linux",
      },
    },
    {
      name: "a-stalled-write-is-no-reason",
      fault: "The write timeout never passes.",
      harm: "A peer that reads nothing holds a write, and its memory, for ever.",
      edits: [{
        file: timeouts,
        find: '"writeTimeout", !taken && writes && this.#writes',
        replace: '"writeTimeout", false',
      }],
      caughtBy: {
        file: timeoutsTest,
        test: "a write to a peer that reads nothing ends after writeTimeout, with the numbers",
      },
    },
    {
      name: "acknowledged-bytes-are-not-looked-at",
      fault: "What the kernel has accepted counts as taken by the peer.",
      harm: "A peer that has vanished keeps what was sent to it last, and its socket.",
      edits: [{
        file: timeouts,
        find: "this.#acknowledged < sentBytes || ((queue.away || unix) && this.#unsent > 0)",
        replace: "sentBytes > 0 && queue.queuedBytes > 0",
      }],
      caughtBy: {
        file: timeoutsTest,
        test: "the write timeout also ends a wait for acknowledgements of a peer that has vanished",
      },
    },
    {
      name: "a-slow-disk-is-the-peers-fault",
      fault: "Bytes of a file that is still read from a disk count as refused by the peer.",
      harm: "A download is reset because the server's disk is busy.",
      edits: [{
        file: timeouts,
        find: "((queue.away || unix) && this.#unsent > 0)",
        replace: "(queue.failed || this.#unsent > 0)",
      }],
      caughtBy: {
        file: timeoutsDiskTest,
        test: "a disk that takes longer than a timeout before close is not the peer's fault",
      },
    },
    {
      name: "a-close-that-does-not-wait-for-the-disk",
      fault: "A close counts the time in which a file is read from a disk as the peer's.",
      harm: "The end of a download is cut off because the server's disk is busy.",
      edits: [{
        file: "src/tcp/connection/stall_watch.ts",
        find: "far === this.#before && !waitsForSource(connection)",
        replace: "far === this.#before",
      }],
      caughtBy: {
        file: timeoutsDiskTest,
        test: "a disk that takes longer than a timeout during close is not the peer's fault",
      },
    },
    {
      name: "a-deadline-keeps-the-process",
      fault: "Every context counts as one that brings a clock of its own.",
      harm:
        "Deadlines are sleeps of Effect's, and the program stays until the last of them is over.",
      edits: [{
        file: "src/reactor/given_clock.ts",
        find: "clock === Context.get(Context.empty(), Clock) ? undefined : clock",
        replace: "clock",
      }],
      caughtBy: {
        file: "test/lifetime/exit_test.ts",
        test: "a process exits while only deadlines are left",
      },
    },
    {
      name: "a-closed-listener-accepts",
      fault: "A listener that its handler closes goes on with the connections of that turn.",
      harm: "It accepts from another socket that got the number of its file descriptor.",
      edits: [{
        file: "src/tcp/open/accept.ts",
        find: "taken = 0; !this.#closed && ",
        replace: "taken = 0; ",
      }],
      caughtBy: {
        file: "src/tcp/serve/accepting_test.ts",
        test: "a listener that its handler closes is asked for nothing more",
      },
    },
    {
      name: "a-close-without-patience",
      fault: "A close gives up at the first look that finds that nothing has moved.",
      harm: "The connection is reset because this thread was busy for a while.",
      edits: [{
        file: "src/tcp/connection/stall_watch.ts",
        find: "this.#quiet === looks",
        replace: "this.#quiet > 0",
      }],
      caughtBy: {
        file: "src/tcp/connection/close_blocked_test.ts",
        test: "a thread that was blocked for longer than closeTimeout does not end a close",
      },
    },
    {
      name: "a-read-counts-from-before-it-began",
      fault: "The time before a read counts as time that it has waited.",
      harm: "A read ends before its timeout, and with it a connection that is well.",
      edits: [{
        file: timeouts,
        find: "!arrived && reads && this.#reads",
        replace: "!arrived && (reads || true)",
      }],
      caughtBy: {
        file: timeoutsTest,
        test:
          "a read that brings nothing ends after readTimeout, and nothing ends while nobody reads",
      },
    },
    {
      name: "thrown-away-bytes-are-not-seen",
      fault: "Bytes that are thrown away after a cancel do not count as received.",
      harm: "A peer that is sending is reset as idle.",
      edits: [{
        file: "src/tcp/receive/receiver.ts",
        find: "return this.bytes.count + this.bytes.earlyBytes + (this.#drain?.bytes ?? 0)",
        replace: "return this.bytes.count + this.bytes.earlyBytes",
      }],
      caughtBy: {
        file: timeoutsTest,
        test: "bytes that are thrown away after a cancel put the idle timeout off",
      },
    },
    {
      name: "a-timeout-outlives-its-socket",
      fault: "The deadline of a socket that was closed goes on.",
      harm: "A runtime's timer stays armed for nobody, and Deno's tests report a leak.",
      edits: [{
        file: timeouts,
        find: "connection.onClosed(() => watch.stop())",
        replace: "void watch",
      }],
      caughtBy: {
        file: timeoutsTest,
        test: "a socket that is closed or aborted leaves no timer and no deadline",
      },
    },
    {
      name: "a-lazy-deadline-expires-early",
      fault: "A deadline that was started again expires when its group's time comes.",
      harm: "A busy connection is treated as a silent one.",
      edits: [{
        file: "src/reactor/deadlines.ts",
        find: "if (this.#at > now) {",
        replace: "if (this.#at === Infinity) {",
      }],
      caughtBy: {
        file: "src/reactor/deadlines_test.ts",
        test: "a deadline that is started again counts from then",
      },
    },
    {
      name: "a-failed-handler-closes",
      fault: "The socket of a handler that throws is closed like any other.",
      harm: "The peer takes the first part of an answer for the whole.",
      edits: [{
        file: handler,
        find: "(connection.queue.ended && !connection.failed)",
        replace: "!connection.failed",
      }],
      caughtBy: {
        file: handlerTest,
        test: "a handler that throws resets its connection, and no other",
      },
    },
    {
      name: "a-handler-that-throws-breaks-its-close",
      fault: "A handler that throws resets the connection that it is closing.",
      harm: "An answer that was written, and closed with, is cut off.",
      edits: [{ file: handler, find: "wasClosed(socket) || (", replace: "(" }],
      caughtBy: {
        file: handlerTest,
        test: "a handler that throws while its own close goes on loses nothing",
      },
    },
    {
      name: "a-failed-close-is-not-told",
      fault: "Nobody hears of bytes that were lost after the handler has returned.",
      harm: "An answer is lost in silence.",
      edits: [{ file: handler, find: "if (!known) throw error", replace: "void known" }],
      caughtBy: {
        file: handlerTest,
        test: "bytes that are lost after the handler has returned are reported",
      },
    },
    {
      name: "a-shutdown-does-not-wait",
      fault: "A shutdown resets all connections at once.",
      harm: "Each deployment breaks the answers that are under way.",
      edits: [{
        file: shutdown,
        find: "yield* Effect.timeoutOption(this.#open.untilNone, Duration.millis(deadline))",
        replace: "void [Duration, deadline]",
      }],
      caughtBy: {
        file: shutdownTest,
        test: "a shutdown waits for live peers, and resets the stalled ones at the deadline",
      },
    },
    {
      name: "a-shutdown-leaves-the-stalled",
      fault: "A shutdown ends at its deadline and resets nobody.",
      harm: "Connections are left to the end of the process, and nobody is told.",
      edits: [{
        file: shutdown,
        find: "const left = this.#open.connections",
        replace: "const left = this.#open.connections.slice(0, 0)",
      }],
      caughtBy: {
        file: shutdownTest,
        test: "a handler that never returns holds a shutdown to its deadline, and no longer",
      },
    },
  ],
}
