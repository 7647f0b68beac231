import type { Group } from "../mutant.ts"

export const isolate: Group = {
  promise: "When an isolate ends, its memory is not sent, and its connections end",
  mutants: [
    {
      name: "a-worker-pins-the-heap",
      fault: "A Worker takes itself for an isolate that ends with its process.",
      harm: "What the process writes to the freed heap is sent to the peer, secrets too.",
      edits: [{
        file: "src/stack/stack.ts",
        find: 'this.mayPinHeap = kernel.isolateEnd === "process"',
        replace: "this.mayPinHeap = true",
      }],
      caughtBy: {
        file: "test/lifetime/isolate_test.ts",
        test:
          "what is in flight when a Worker is terminated stays what it was, whoever sends it on",
      },
    },
    {
      name: "a-taken-chunk-is-pinned",
      fault: "A chunk that was taken is sent where it lies, in a Worker too.",
      harm: "Its memory goes with the isolate, and the kernel sends what its next owner writes.",
      edits: [{
        file: "src/tcp/send/piece_maker.ts",
        find: "if (this.#mayPinHeap) this.#push(memory, byteOffset, byteLength, freedAtOnce)",
        replace: "if (byteLength > 0) this.#push(memory, byteOffset, byteLength, freedAtOnce)",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_isolate_test.ts",
        test: 'in a Worker nothing but mapped memory is pinned (ownership: "transfer")',
      },
    },
    {
      name: "a-borrowed-chunk-is-pinned",
      fault: "A borrowed chunk is sent where it lies, in a Worker too.",
      harm: "Its memory goes with the isolate, and the kernel sends what its next owner writes.",
      edits: [{
        file: "src/tcp/send/piece_maker.ts",
        find: "if (!this.#mayPinHeap) {\n      this.#pushUnpinned(bytes, nothingToRelease)",
        replace: "if (byteLength < 0) {\n      this.#pushUnpinned(bytes, nothingToRelease)",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_isolate_test.ts",
        test: 'in a Worker nothing but mapped memory is pinned (ownership: "borrow")',
      },
    },
    {
      name: "a-buffer-is-pinned",
      fault: "A buffer that sendFrom has read to is sent where it lies, in a Worker too.",
      harm: "It goes with the isolate, and the kernel sends what its next owner writes.",
      edits: [{
        file: "src/tcp/send/piece_maker.ts",
        find: "if (this.#mayPinHeap) this.#push(memory, 0, length, released)",
        replace: "if (length > 0) this.#push(memory, 0, length, released)",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_isolate_test.ts",
        test: "in a Worker, a buffer that was read to is copied, and can be read to again at once",
      },
    },
    {
      name: "a-heap-slot-is-pinned",
      fault: "Slots are pinned where they are memory of the heap.",
      harm: "Under Deno with --allow-ffi for one path, a Worker's slots go with it, in flight.",
      edits: [{
        file: "src/tcp/send/piece_maker.ts",
        find: "this.#mayPinSlots = this.#mayPinHeap || stack.kernel.mapsOutsideHeap",
        replace: "this.#mayPinSlots = true",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_isolate_test.ts",
        test: "where mapped memory is memory of the heap, a Worker pins nothing, not even a lease",
      },
    },
    {
      name: "the-exit-hook-resets-nothing",
      fault: "The hook at the exit forgets the reset.",
      harm: "The kernel sends a FIN after a part, and the peer takes it for the whole.",
      edits: [{
        file: "src/stack/isolate_end.ts",
        find:
          "if (!connection.failed && mustReset(connection, goesOn)) resetNow(kernel, connection)",
        replace:
          "if (!connection.failed && mustReset(connection, goesOn)) connection.stop(resetNow)",
      }],
      caughtBy: {
        file: "test/lifetime/unsent_test.ts",
        test: "a process that exits with bytes gathered resets its connection",
      },
    },
    {
      name: "a-killed-process-sends-a-fin",
      fault: "The kernel is not told to reset a connection while bytes are queued here.",
      harm: "The peer of a program that crashes half-way takes what it has for the whole.",
      edits: [{
        file: "src/tcp/connection/end_guard.ts",
        find: "!finSent && (this.#always || queuedBytes > 0)",
        replace: "!finSent && this.#always && queuedBytes > 0",
      }],
      caughtBy: {
        file: "test/lifetime/unsent_test.ts",
        test: "a process that is killed with bytes queued resets its connection",
      },
    },
    {
      name: "a-killed-command-sends-a-fin",
      fault: "The command resets only while bytes are queued, as the library does.",
      harm: "A sender that is killed while it waits for input is taken for one that is done.",
      edits: [{
        file: "src/cli/reset_when_killed.ts",
        find: "insideOf(socket).connection.expectMore()",
        replace: "void insideOf",
      }],
      caughtBy: {
        file: "test/command/command_test.ts",
        test: "a sender that ends by SIGKILL is not taken for one that is done",
      },
    },
    {
      name: "a-thread-ends-and-closes-nothing",
      fault: "The end of a Worker's thread is not asked to close file descriptors.",
      harm: "The port of a Worker that was terminated stays taken, and its peers wait for ever.",
      edits: [{
        file: "ffi/isolate/descriptors.ts",
        find: "#closeAtEnd(fd: number): void {\n    this.#end.close(fd)",
        replace: "#closeAtEnd(_fd: number): void {",
      }],
      caughtBy: {
        file: "test/lifetime/isolate_test.ts",
        test: "the connections that it had accepted are reset, and its port can be taken again",
      },
    },
    {
      name: "a-number-that-is-to-be-closed-is-given-back",
      fault: "A Worker closes a file descriptor that the end of its thread will close again.",
      harm: "It closes what somebody else has opened under that number.",
      edits: [{
        file: "ffi/isolate/descriptors.ts",
        find: "const n = this.#calls.dup3(this.#standIn, fd, O_CLOEXEC)",
        replace: "const n = this.#calls.close(fd) * O_CLOEXEC",
      }],
      caughtBy: {
        file: "ffi/isolate/descriptors_test.ts",
        test: "a number that the end of the thread closes is never anybody else's",
      },
      inGate: true,
    },
    {
      name: "a-late-courier-finds-its-header",
      fault: "A number is closed by the end of the thread before the headers of calls are cleared.",
      harm: "A courier that is late sends the Worker's bytes to whatever has the number by then.",
      edits: [{
        file: "ffi/isolate/descriptors.ts",
        find: "for (const address of this.#cleared) this.#end.clear(address)",
        replace: "",
      }],
      caughtBy: {
        file: "ffi/isolate/descriptors_test.ts",
        test: "at the end of the thread memory is cleared before any number is closed",
      },
      inGate: true,
    },
    {
      name: "a-file-of-tests-is-taken-for-a-process",
      fault: "Deno's test runner is taken for a program that ends with its process.",
      harm: "Peers of a file of tests that has ended get memory of the next one.",
      edits: [{
        file: "ffi/runtime/deno/isolate.ts",
        find:
          "onFirstThread(backend, libraries) ? commandLine(backend, libraries, ownArguments) : undefined,",
        replace: "onFirstThread(backend, libraries) ? [] : [],",
      }],
      caughtBy: {
        file: "test/lifetime/restart_test.ts",
        test: "deno test: a file that ends resets its connections",
        runtime: "deno",
      },
    },
    {
      name: "a-restart-is-taken-for-an-exit",
      fault:
        "A program that deno run --watch restarts is taken for one that ends with its process.",
      harm:
        "Its connections stay open, and what is in flight is sent from the next program's heap.",
      edits: [{
        file: "ffi/runtime/deno/isolate.ts",
        find: "const watching = /^--(watch|",
        replace: "const watching = /^--(",
      }],
      caughtBy: {
        file: "test/lifetime/restart_test.ts",
        test: "deno run --watch: a restart resets the connections, and frees the port",
        runtime: "deno",
      },
    },
    {
      name: "nobody-sweeps-up",
      fault: "What a program has left that threw under deno run --watch is not looked for.",
      harm: "After each mistake the port is taken, until the watcher is started anew.",
      edits: [{
        file: "src/kernel/linux/left_over.ts",
        find: "if (scope[swept] !== true) sweep(libc)",
        replace: "if (scope[swept] !== true) marked(libc)",
      }],
      caughtBy: {
        file: "test/lifetime/restart_test.ts",
        test:
          "deno run --watch: what a program has left that threw is closed when the next one starts",
        runtime: "deno",
      },
    },
  ],
}
