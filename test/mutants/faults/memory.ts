import type { Group } from "../mutant.ts"

export const memory: Group = {
  promise: "Memory is never reused early",
  mutants: [
    {
      name: "release-on-accept",
      fault: "A piece is released as soon as the kernel has accepted its bytes.",
      harm: "A segment that is lost is sent again with what the next owner of the memory wrote.",
      edits: [{
        file: "src/pieces/holds.ts",
        find: "if (this.#pending[slot] === 0) this.#free(slot)",
        replace: "this.#free(slot)",
      }],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "a hold is released when it is sealed and its last id is notified, not before",
      },
      inGate: true,
    },
    {
      name: "ids-are-not-kept",
      fault: "Nobody writes down which pieces a call with MSG_ZEROCOPY took bytes from.",
      harm: "Slots are filled again while the card reads them: the peer gets other bytes.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "const id = this.ids.issue(first, last, n)",
        replace: "const id = this.ids.next + last * 0",
      }],
      caughtBy: {
        file: "test/lab/loss_test.ts",
        test: "what went out in slots that are recycled arrives unaltered",
      },
    },
    {
      name: "release-on-the-last-id",
      fault: "A piece that was sent in parts is released when its last part is notified.",
      harm: "Notifications overtake each other, and the first part may still be read.",
      edits: [
        {
          file: "src/zerocopy/ids.ts",
          find:
            "owe(first: number, last: number): void\n  complete(first: number, last: number): void",
          replace:
            "owe(first: number, last: number, id: number): void\n  complete(first: number, last: number, id: number): void",
        },
        {
          file: "src/zerocopy/ids.ts",
          find: "this.#completions.owe(first, last)",
          replace: "this.#completions.owe(first, last, this.#next)",
        },
        {
          file: "src/zerocopy/ids.ts",
          find: "this.#completions.complete(this.#first[at], this.#last[at])",
          replace: "this.#completions.complete(this.#first[at], this.#last[at], id)",
        },
        {
          file: "src/pieces/holds.ts",
          find: "owe(first: number, last: number): void {",
          replace: "owe(first: number, last: number, id = 0): void {",
        },
        {
          file: "src/pieces/holds.ts",
          find: "complete(first: number, last: number): void {",
          replace: "complete(first: number, last: number, id = 0): void {",
        },
        {
          file: "src/pieces/holds.ts",
          find: "this.#pending[slot]++",
          replace: "this.#pending[slot] = id + 1",
        },
        {
          file: "src/pieces/holds.ts",
          find: "this.#pending[slot]--",
          replace: "if (this.#pending[slot] === id + 1) this.#pending[slot] = 0",
        },
      ],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "one id can stand for several holds, and one hold for several ids",
      },
    },
    {
      name: "release-on-the-first-id",
      fault: "A piece that was sent in parts is released when any part is notified.",
      harm: "The other parts may still be read.",
      edits: [{
        file: "src/pieces/holds.ts",
        find: "this.#pending[slot]++",
        replace: "this.#pending[slot] = 1",
      }],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "a hold is released when it is sealed and its last id is notified, not before",
      },
    },
    {
      name: "a-chunk-joins-what-was-sent",
      fault: "A borrowed chunk is taken for part of a piece that was sent whole.",
      harm: "Its bytes are never sent, and its memory comes back with the other's.",
      edits: [{
        file: "src/tcp/send/backlog.ts",
        find: "if (last < this.nextHold) return false",
        replace: "if (last < this.holds.first) return false",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_test.ts",
        test: "what was sent whole takes no more in: its memory may be released",
      },
    },
    {
      name: "first-in-first-out",
      fault: "Each notified id counts for the oldest one in flight.",
      harm: "After a retransmission the wrong memory is released.",
      edits: [{
        file: "src/zerocopy/ids.ts",
        find: "const at = id & (this.#live.length - 1)\n    if (this.#live[at] === 0) return false",
        replace: "this.#forgetCompleted()\n    const at = this.#oldest & (this.#live.length - 1)",
      }],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "notifications out of order release out of order",
      },
    },
    {
      name: "ids-are-compared",
      fault: "Whether a range includes an id is asked with <=, which does not know of the wrap.",
      harm: "After 2³² sends memory is released early, or never.",
      edits: [{
        file: "src/zerocopy/range.ts",
        find: "((id - lo) >>> 0) <= ((hi - lo) >>> 0)",
        replace: "lo <= id && id <= hi",
      }],
      caughtBy: {
        file: "src/zerocopy/range_test.ts",
        test: "a range that wraps includes its ends and what lies between, and nothing else",
      },
      inGate: true,
    },
    {
      name: "a-walk-to-hi",
      fault: "The ids of a range are walked from lo up to hi, in a loop with <=.",
      harm: "A range that wraps releases nothing: memory is lost, and close hangs.",
      edits: [{
        file: "src/zerocopy/ids.ts",
        find: "for (let i = 0, id = lo; i < count; i++, id = nextId(id)) {",
        replace: "for (let id = lo; id <= hi; id++) {",
      }],
      caughtBy: {
        file: "src/zerocopy/ids_test.ts",
        test: "a range that wraps releases what it names",
      },
    },
    {
      name: "the-id-counter-does-not-wrap",
      fault: "The id after 0xFFFFFFFF is 0x100000000.",
      harm: "After 2³² sends nothing is released any more.",
      edits: [{
        file: "src/zerocopy/range.ts",
        find: "(id + 1) >>> 0",
        replace: "id + 1",
      }],
      caughtBy: { file: "src/zerocopy/range_test.ts", test: "the id after the last one is 0" },
    },
    {
      name: "moved-memory-is-forgotten",
      fault: "Memory is not kept while a courier moves it to huge pages.",
      harm: "The call goes on over memory that has a next owner.",
      edits: [{
        file: "src/memory/huge_pages.ts",
        find: "this.#moving = memory",
        replace: "this.#moving = { buffer: new ArrayBuffer(0) }",
      }],
      caughtBy: {
        file: "test/lifetime/move_test.ts",
        test: "memory is kept while it is moved to huge pages, and not for longer",
      },
    },
    {
      name: "sent-memory-is-forgotten",
      fault: "A piece lets go of its memory once the kernel has accepted all of it.",
      harm: "The garbage collector gives memory in flight to its next owner.",
      edits: [{
        file: "src/pieces/output.ts",
        find: "piece.remaining -= taken",
        replace:
          "piece.remaining -= taken\n      if (piece.remaining === 0) piece.memory = { buffer: new ArrayBuffer(0) }",
      }],
      caughtBy: {
        file: "test/lifetime/collect_test.ts",
        test:
          'chunks of 20000 bytes that nobody else holds arrive unaltered (ownership: "transfer")',
      },
    },
    {
      name: "ids-are-not-kept-in-the-soak",
      fault: "Nobody writes down what a call took bytes from, with peers of every kind.",
      harm: "Streams get bytes of each other.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "const id = this.ids.issue(first, last, n)",
        replace: "const id = this.ids.next + last * 0",
      }],
      caughtBy: {
        file: "test/soak/soak_test.ts",
        test: "what is said to have arrived has, and nothing is left",
      },
    },
    {
      name: "closed-in-flight",
      fault: "close() sends its FIN and closes the descriptor without waiting for notifications.",
      harm: "close() says that memory is free which the kernel reads until the peer has it all.",
      edits: [{
        file: "src/tcp/connection/delivery.ts",
        find: "return connection.queue.held === 0 && acknowledgesAll(connection)",
        replace: "return true",
      }],
      caughtBy: {
        file: "src/testing/testing_test.ts",
        test: "a borrowed buffer may be changed once the socket has closed",
      },
    },
    {
      name: "no-proof-on-abort",
      fault: "abort() does not disconnect before it closes.",
      harm: "Nothing proves that the kernel has let go, and the memory is lost for good.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "stack.kernel.disconnect(fd)\n    queue.carrier.reap()",
        replace: "queue.carrier.reap()",
      }],
      caughtBy: {
        file: "src/tcp/connection/teardown_test.ts",
        test: "abort gives what is in flight back by proof, while the peer reads nothing",
      },
    },
    {
      name: "a-read-after-the-end",
      fault:
        "The error queue is read on when the release of the last memory has closed the socket.",
      harm: "Another socket that got the number of the file descriptor loses its notifications.",
      edits: [{
        file: "src/zerocopy/flight.ts",
        find: "if (calls > 0 && this.ids.calls === 0) return records",
        replace: "if (calls < 0) return records",
      }],
      caughtBy: {
        file: "src/tcp/connection/after_close_test.ts",
        test: "close with the last of many notifications reads no closed error queue",
      },
    },
    {
      name: "a-reset-after-the-end",
      fault: "abort() disconnects though the close that it has ended has closed the socket.",
      harm: "Another socket that got the number of the file descriptor is reset.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "if (isClosed(connection)) return reportOf(connection, 0, 0)\n",
        replace: "\n",
      }],
      caughtBy: {
        file: "src/tcp/connection/after_close_test.ts",
        test: "abort while close throws bytes away calls nothing on a closed file descriptor",
      },
    },
    {
      name: "no-proof-on-abort-in-the-lab",
      fault: "abort() does not disconnect, while the peer has vanished from the network.",
      harm: "The kernel goes on sending from memory that nobody watches any more.",
      edits: [{
        file: "src/tcp/connection/teardown.ts",
        find: "stack.kernel.disconnect(fd)\n    queue.carrier.reap()",
        replace: "queue.carrier.reap()",
      }],
      caughtBy: {
        file: "test/lab/teardown_test.ts",
        test: "abort gives it back at once, with proof",
      },
    },
    {
      name: "a-slot-is-free-when-sent",
      fault: "A slot goes back to the slab when it is sent, and not when it is released.",
      harm: "The next write overwrites what the card is reading.",
      edits: [
        {
          file: "src/memory/slab.ts",
          find: "this.#options.guard?.sent(slot, memory)",
          replace: "this.#options.guard?.sent(slot, memory)\n    this.giveBack(slot, memory)",
        },
        {
          file: "src/memory/slab.ts",
          find: "this.#options.guard?.released(slot, memory)\n    this.giveBack(slot, memory)",
          replace: "this.#options.guard?.released(slot, memory)",
        },
      ],
      caughtBy: {
        file: "src/memory/slab_test.ts",
        test: "no two leases ever share a slot, and no slot is lost, whatever the order",
      },
    },
    {
      name: "a-slot-is-free-when-sent-in-the-lab",
      fault: "A slot goes back to the slab when it is sent, on a link that loses packets.",
      harm: "What is sent again has the next chunk in it: the peer gets bytes out of place.",
      edits: [
        {
          file: "src/memory/slab.ts",
          find: "this.#options.guard?.sent(slot, memory)",
          replace: "this.#options.guard?.sent(slot, memory)\n    this.giveBack(slot, memory)",
        },
        {
          file: "src/memory/slab.ts",
          find: "this.#options.guard?.released(slot, memory)\n    this.giveBack(slot, memory)",
          replace: "this.#options.guard?.released(slot, memory)",
        },
      ],
      caughtBy: {
        file: "test/lab/loss_test.ts",
        test: "what went out in slots that are recycled arrives unaltered",
      },
    },
    {
      name: "a-sent-lease-stays-writable",
      fault: "The bytes of a lease are not detached when it is sent.",
      harm: "Whoever writes a moment too late writes into what the card is reading.",
      edits: [{
        file: "src/memory/held_lease.ts",
        find: "this.#memory = this.#home.rebind(this.#memory)\n    this.#home.sent",
        replace: "this.#home.sent",
      }],
      caughtBy: {
        file: "src/memory/held_lease_test.ts",
        test: "what the holder wrote is what is sent, and the holder cannot write any more",
      },
    },
    {
      name: "a-sent-lease-can-be-given-back",
      fault: "Whoever has sent a lease may give it back himself.",
      harm: "A slot in flight gets its next owner.",
      edits: [{
        file: "src/memory/held_lease.ts",
        find: `"give back": ["writable"]`,
        replace: `"give back": ["writable", "inFlight"]`,
      }],
      caughtBy: {
        file: "src/memory/held_lease_test.ts",
        test: "a lease goes where its state leads, and each other step is refused by name",
      },
    },
    {
      name: "a-quarantined-slot-is-free",
      fault: "A slot of which no proof can be had is leased again.",
      harm: "The kernel may still read it: the peer gets other bytes.",
      edits: [{
        file: "src/memory/slab.ts",
        find: "this.#quarantined.push(memory)",
        replace: "this.giveBack(_slot, memory)",
      }],
      caughtBy: {
        file: "src/memory/slab_test.ts",
        test: "a quarantined slot is kept, counted, and never leased again",
      },
    },
    {
      name: "a-chunk-is-not-taken",
      fault: "A chunk that covers its ArrayBuffer is sent in place without being transferred.",
      harm: "A producer that fills its buffer again alters what is on its way.",
      edits: [{
        file: "src/tcp/send/chunk_memory.ts",
        find: "return buffer.resizable ? toFixedLength.call(buffer) : transfer.call(buffer)",
        replace: "return buffer",
      }],
      caughtBy: {
        file: "src/tcp/send/ownership_test.ts",
        test: 'auto takes whole chunks that a pipe brings: they are detached (zerocopy: "always")',
      },
    },
    {
      name: "lent-memory-is-pinned",
      fault: "A call with MSG_ZEROCOPY takes along pieces that may only be copied.",
      harm: "The producer gets his buffer back, and the kernel still reads it.",
      edits: [{
        file: "src/zerocopy/grouping.ts",
        find: "return copyOnly === undefined && length >= least",
        replace: "return copyOnly === copyOnly && length >= least",
      }],
      caughtBy: {
        file: "src/zerocopy/carrier_test.ts",
        test: "a piece that may only be copied never goes in one call with a pinned one",
      },
    },
    {
      name: "reaped-under-a-courier",
      fault: "Notifications are taken in while a courier's call is under way.",
      harm: "Its id is not known yet, is taken for a foreign one, and its memory never comes back.",
      edits: [{
        file: "src/zerocopy/piece_sender.ts",
        find: "if (this.away) return 0\n",
        replace: "",
      }],
      caughtBy: {
        file: "src/zerocopy/delegation_test.ts",
        test:
          "an id that is notified before its courier has told of the call is not taken for a foreign one",
      },
    },
    {
      name: "read-to-in-flight",
      fault: "A buffer that a stream was read to is read to again once it is queued.",
      harm: "The peer gets the next bytes of the stream in the place of these.",
      edits: [{
        file: "src/tcp/transfer/send_from.ts",
        find: "    return this.#writer.writeMemory(kernel.memoryOf(buffer), byteLength, released)",
        replace:
          "    const pause = this.#writer.writeMemory(kernel.memoryOf(buffer), byteLength, released)\n    released.release()\n    return pause",
      }],
      caughtBy: {
        file: "src/tcp/transfer/send_from_test.ts",
        test: "memory is read to again only when the kernel has let go of it, whatever is lost",
      },
    },
    {
      name: "the-slice-of-a-buffer-is-a-copy",
      fault: "What is to be copied is copied by `slice`, which for a Buffer gives a view.",
      harm: "A producer that fills a small Buffer again alters what is on its way.",
      edits: [{
        file: "src/tcp/send/chunk_memory.ts",
        find: "=> new Uint8Array(bytes)",
        replace: "=> bytes.slice() as Uint8Array<ArrayBuffer>",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_test.ts",
        test:
          "what no slot is left for of a small chunk is copied, of a Buffer too: it is the producer's again",
      },
    },
  ],
}
