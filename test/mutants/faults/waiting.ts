import type { Group } from "../mutant.ts"

export const waiting: Group = {
  promise: "The JavaScript thread never blocks and never spins",
  mutants: [
    {
      name: "parked-once",
      fault: "The reactor parks a thread once and believes for ever that it is parked.",
      harm: "The second time that a socket has no room, its writer sleeps for ever.",
      edits: [{
        file: "src/reactor/reactor.ts",
        find: "this.#parked = false\n    this.#wakes++",
        replace: "this.#wakes++",
      }],
      caughtBy: {
        file: "src/reactor/reactor_test.ts",
        test: "a wake tells what is ready, and waits again while somebody wants to know",
      },
    },
    {
      name: "no-look-after-a-wake",
      fault: "A wake is not followed by a look at what is ready.",
      harm: "Sockets that became ready are told of late, or never.",
      edits: [{
        file: "src/reactor/reactor.ts",
        find: "if (this.#poller !== undefined) this.#poll(this.#poller)\n    this.#lookSoon()",
        replace: "void 0",
      }],
      caughtBy: {
        file: "src/reactor/reactor_test.ts",
        test: "a wake tells what is ready, and waits again while somebody wants to know",
      },
    },
    {
      name: "a-crowd-is-left-alone",
      fault: "After a pause that brought nothing, a crowd is still not waited for.",
      harm: "Once all downloads have stalled for a moment, they stall for ever.",
      edits: [{
        file: "src/reactor/reactor.ts",
        find: "poller.wakeForDeferred(!this.#pausing && !this.#moreDeferred)",
        replace: "poller.wakeForDeferred(false)",
      }],
      caughtBy: {
        file: "src/reactor/reactor_pauses_test.ts",
        test: "for a crowd of senders it pauses, and pauses again while pauses bring something",
      },
    },
    {
      name: "everybody-waits-for-a-crowd",
      fault: "During a pause for a crowd, nobody else is waited for.",
      harm: "Beside many downloads, each small request takes milliseconds.",
      edits: [{
        file: "src/reactor/reactor.ts",
        find: "> (this.#pausing ? this.#patient.size : 0)",
        replace: "> (this.#pausing ? Infinity : 0)",
      }],
      caughtBy: {
        file: "src/reactor/reactor_pauses_test.ts",
        test: "during a pause for a crowd it waits for everybody else",
      },
    },
    {
      name: "bun-does-not-arm-again",
      fault: "In Bun the Worker's wait is armed once.",
      harm: "Every socket of the process stops at its second wait.",
      edits: [{
        file: "ffi/runtime/bun/parking.ts",
        find: "this.#arm(EPOLL_CTL_MOD, outer)",
        replace: "void EPOLL_CTL_MOD",
      }],
      caughtBy: {
        file: "test/lifetime/waking_test.ts",
        test: "whoever waits again is woken again",
      },
    },
    {
      name: "deno-does-not-wait-again",
      fault: "In Deno the wait that has ended counts as one that is under way.",
      harm: "Every socket of the process stops at its second wait.",
      edits: [{
        file: "ffi/runtime/deno/parking.ts",
        find: "this.#waiting = undefined\n    if (!this.#closing)",
        replace: "if (!this.#closing)",
      }],
      caughtBy: {
        file: "test/lifetime/waking_test.ts",
        test: "whoever waits again is woken again",
        runtime: "deno",
      },
    },
    {
      name: "level-triggered",
      fault: "Readiness is told as long as it lasts, and not once.",
      harm:
        "A notification that nobody reads wakes for ever: one core is lost to each idle socket.",
      edits: [{
        file: "src/kernel/linux/poller.ts",
        find: "linux.EPOLLRDHUP |\n  linux.EPOLLET",
        replace: "linux.EPOLLRDHUP",
      }],
      caughtBy: {
        file: "test/lifetime/waking_test.ts",
        test: "a socket on which a read waits is not looked at until something comes",
      },
    },
    {
      name: "an-idle-socket-keeps-the-process",
      fault: "A socket on which nobody waits counts as one on which somebody does.",
      harm: "A program that has done its work does not exit.",
      edits: [{
        file: "src/tcp/connection/interest.ts",
        find: `return queue.inFlight.calls > 0 || receiver.draining ? "watch" : "none"`,
        replace: `return "wait"`,
      }],
      caughtBy: {
        file: "test/lifetime/exit_test.ts",
        test: "a process whose sockets are open and idle exits",
      },
    },
    {
      name: "no-room-is-not-waited-for",
      fault: "A socket without room is not watched.",
      harm: "What is queued stays there until somebody writes again.",
      edits: [{
        file: "src/tcp/connection/interest.ts",
        find: "queue.waiting || receiver.waiting ||\n    (queue.blocked && queue.queuedBytes > 0)",
        replace: "queue.waiting || receiver.waiting",
      }],
      caughtBy: {
        file: "src/tcp/send/queue_test.ts",
        test:
          'what found no room goes out when there is some, though nobody waits for it (zerocopy: "never")',
      },
    },
    {
      name: "back-pressure-is-forgotten",
      fault: "A write never waits, whatever is queued.",
      harm: "A slow peer makes the process queue until it has no memory.",
      edits: [{
        file: "src/tcp/send/write_mark.ts",
        find: "if (queuedBytes < limit) return 0",
        replace: "if (queuedBytes < Infinity) return 0",
      }],
      caughtBy: {
        file: "src/tcp/streams/writable_test.ts",
        test: "a peer that does not read leaves a bounded number of bytes with us",
      },
    },
    {
      name: "longer-calls-whatever-they-take",
      fault: "A courier's calls become longer however long the last one took.",
      harm: "A slow peer is cut short in every call, and its queue grows for nothing.",
      edits: [{
        file: "src/zerocopy/delegation.ts",
        find: "if (!complete || millis > longMillis) {",
        replace: "if (!complete && millis < 0) {",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test: "calls become shorter again after one that took too long",
      },
    },
    {
      name: "a-courier-pins-nothing",
      fault: "What a courier's call may pin is not counted before it ends.",
      harm: "Four couriers pin 128 MiB more than all sockets together may.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "const pinned = this.ids.bytes + this.offered",
        replace: "const pinned = this.ids.bytes",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test: "what a courier's call may pin is taken from the others' part while it lasts",
      },
    },
    {
      name: "the-last-who-asks-gets-the-lease",
      fault: "A slot that comes back goes to whoever has waited for the shortest time.",
      harm: "Of many sockets that share a slab, most never send.",
      edits: [{
        file: "src/memory/slab.ts",
        find: "const next = this.#waiting.shift()",
        replace: "const next = this.#waiting.pop()",
      }],
      caughtBy: {
        file: "test/lab/fairness_test.ts",
        test: "each gets its part of the leases of one slab",
      },
    },
    {
      name: "no-slot-for-whoever-comes-late",
      fault: "A socket that has nothing pinned waits, too, when others have pinned all there is.",
      harm: "Peers that read nothing keep all others from sending.",
      edits: [{
        file: "src/zerocopy/budget.ts",
        find: "return Math.max(Math.min(this.free, most), slotBytes)",
        replace: "return Math.min(this.free, most)",
      }],
      caughtBy: {
        file: "test/crowd_test.ts",
        test:
          'of many peers each gets its part, beside some that read nothing (zerocopy: "always")',
      },
    },
    {
      name: "a-turn-is-a-slot",
      fault: "Whoever has waited for his turn may pin a slot, and no quantum.",
      harm: "A crowd waits in line and makes calls that are as small as without turns.",
      edits: [{
        file: "src/zerocopy/budget.ts",
        find: "const most = this.#turns.size > 0 ? this.#turns.quantum : socketLimit",
        replace: "const most = this.#turns.size > 0 ? slotBytes : socketLimit",
      }],
      caughtBy: {
        file: "test/lab/fairness_test.ts",
        test: "each gets its turn, and makes a larger call of it",
      },
    },
    {
      name: "chunks-without-a-pause",
      fault:
        "Chunks are taken in one turn as long as the producer has one and the socket has room.",
      harm: "Timers and other sockets wait until a fast producer has come to its end.",
      edits: [{
        file: "src/tcp/send/writer.ts",
        find: "!many && ++this.#sinceTurn < writesPerTurn",
        replace: "!many && this.#sinceTurn < writesPerTurn",
      }],
      caughtBy: {
        file: "test/lifetime/fairness_test.ts",
        test: "a producer that always has a chunk lets timers run meanwhile",
      },
    },
    {
      name: "large-chunks-without-a-pause",
      fault: "Only how many chunks a socket takes in one turn is bounded, and not their bytes.",
      harm: "While peers take large bodies as fast as they come, small requests wait for seconds.",
      edits: [{
        file: "src/stack/turn_bytes.ts",
        find: "this.#bytes >= turnBytes",
        replace: "this.#bytes >= turnBytes + Infinity",
      }],
      caughtBy: {
        file: "src/tcp/send/writer_test.ts",
        test: "writers of large chunks share a turn, and go on in the next",
      },
    },
    {
      name: "a-turn-that-outlasts-its-connection",
      fault: "A write that waits for the next turn does not hear that the connection is lost.",
      harm: "Deno's pipe then takes chunks without end, and the process hangs.",
      edits: [{
        file: "src/tcp/send/writer.ts",
        find: "(error) => resume(Effect.fail(error))",
        replace: "() => {}",
      }],
      caughtBy: {
        file: "src/tcp/send/writer_test.ts",
        test: "who waits for the next turn is told at once when the connection is lost",
      },
    },
    {
      name: "a-file-without-a-pause",
      fault: "A file is sent in one turn as long as its peer takes it.",
      harm: "Timers and other sockets wait until a large file has gone.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "if (this.#fileBytesOfTurn >= fileTurnBytes) return",
        replace: "if (this.#fileBytesOfTurn >= fileTurnBytes + Infinity) return",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_file_test.ts",
        test: "a peer that takes a file as fast as it comes does not hold up the event loop",
      },
    },
    {
      name: "a-file-waits-for-what-was-sent-before",
      fault: "What a file has sent in earlier turns counts in all later ones.",
      harm: "A file of more than 4 MiB never arrives, and the connection stands still.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "if (turns !== this.#turn) this.#fileBytes = 0",
        replace: "if (turns < this.#turn) this.#fileBytes = 0",
      }],
      caughtBy: {
        file: "src/pieces/plain_carrier_test.ts",
        test: "a file pauses when a turn has sent 4 MiB of files, whatever earlier turns have sent",
      },
    },
    {
      name: "a-line-that-is-stuck",
      fault: "A crowd goes on taking turns when none comes round any more.",
      harm: "Peers that read nothing keep all others from sending.",
      edits: [{
        file: "src/zerocopy/round_robin.ts",
        find: "if (stuck) this.#lower()\n    else if",
        replace: "if",
      }],
      caughtBy: {
        file: "src/zerocopy/round_robin_test.ts",
        test: "where nothing comes back, quanta become smaller, until nobody waits for turns",
      },
    },
    {
      name: "larger-turns-whatever-they-cost",
      fault: "Nobody looks whether less comes back with larger quanta.",
      harm: "Where memory is what is short, a crowd sends half of what it could.",
      edits: [{
        file: "src/zerocopy/round_robin.ts",
        find: "rate < leastOfRate * this.#rateBelow || ",
        replace: "",
      }],
      caughtBy: {
        file: "src/zerocopy/round_robin_test.ts",
        test: "a quantum with which less comes back is given up, and tried again after ten seconds",
      },
    },
    {
      name: "cancelled-bytes-are-left",
      fault: "What comes after the readable side was cancelled stays in the kernel.",
      harm:
        "A peer that sends all before it reads waits for ever, and so does whoever sends to it.",
      edits: [{
        file: "src/tcp/streams/readable.ts",
        find: "this.receiver.cancel()",
        replace: "this.receiver.close()",
      }],
      caughtBy: {
        file: "src/tcp/streams/readable_test.ts",
        test:
          "a peer whose bytes nobody wants any more can send them all: cancelled before it sends",
      },
    },
    {
      name: "the-wait-outlives-the-last-socket",
      fault: "The thread that waits for all sockets goes on when the last one has closed.",
      harm: "Deno's search for leaks fails tests that have closed everything.",
      edits: [{
        file: "ffi/runtime/deno/parking.ts",
        find: "if (this.#waiting === undefined || this.#wait === undefined) return false",
        replace: "if (this.#waiting !== null || this.#wait === undefined) return false",
      }],
      caughtBy: {
        file: "test/lifetime/sanitized_deno_test.ts",
        test: "tests that use the library pass Deno's search for leaks, the first one too",
        runtime: "deno",
      },
    },
    {
      name: "a-courier-taken-leaves-calls-that-wait",
      fault: "A socket whose courier is taken for another one goes on letting calls wait.",
      harm: "sendfile(2) and splice(2) on it hold the JavaScript thread up to 200 ms at a time.",
      edits: [{
        file: "src/zerocopy/delegation.ts",
        find: "    this.#stopWaiting()\n    return job\n",
        replace: "    return job\n",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test: "no call may wait on a socket whose courier was taken for another one",
      },
    },
    {
      name: "a-request-that-stays-in-the-stream",
      fault: "A socket's stream has the runtime make the buffers of default readers.",
      harm: "After such a reader has met the end, a BYOB read waits for ever.",
      edits: [{
        file: "src/tcp/streams/readable.ts",
        find: '  readonly type = "bytes"\n',
        replace:
          '  readonly type = "bytes"\n  readonly autoAllocateChunkSize: number = chunkBytes\n',
      }],
      caughtBy: {
        file: "src/tcp/streams/readable_test.ts",
        test:
          "after another reader has come to the end, or has been given up there, a BYOB read ends",
      },
    },
    {
      name: "whoever-asks-late-waits",
      fault: "Whoever asks first when bytes are accepted is not told of what was accepted before.",
      harm: "A wait for bytes that have long gone never ends.",
      edits: [{
        file: "src/tcp/send/milestones.ts",
        find: "this.#accepted.reached(this.#backlog.acceptedBytes)\n",
        replace: "\n",
      }],
      caughtBy: {
        file: "src/tcp/send/milestones_test.ts",
        test: "whoever asks first when it is over learns what was accepted and released",
      },
    },
    {
      name: "failures-are-told-once",
      fault: "Only those who wait already are told that sending has failed.",
      harm: "A write or a close that waits afterwards never ends.",
      edits: [{
        file: "src/tcp/send/queue.ts",
        find: "if (this.#failure !== undefined) this.#milestones.fail(this.#failure)\n",
        replace: "\n",
      }],
      caughtBy: {
        file: "src/tcp/send/milestones_test.ts",
        test:
          "whoever asks first after a failure is told of it, but not of what was reached before",
      },
    },
    {
      name: "large-chunks-take-every-slot",
      fault: "Chunks are copied to slots as long as there are any.",
      harm: "One pipe leaves no slot to the small messages of all other sockets.",
      edits: [{
        file: "src/tcp/send/copy_to_slots.ts",
        find: "leased < (capacity - quarantined) / 2 - byteLength / slotBytes",
        replace: "leased + quarantined < capacity && slotBytes > 0",
      }],
      caughtBy: {
        file: "src/tcp/send/copy_to_slots_test.ts",
        test: "large chunks leave half of the slots to small ones",
      },
    },
  ],
}
