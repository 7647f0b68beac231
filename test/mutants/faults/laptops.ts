import type { Group } from "../mutant.ts"

const sockets = "src/kernel/node_net/sockets_test.ts"
const laptop = "test/laptop/laptop_test.ts"

export const laptops: Group = {
  promise: "Without libc it is slower, and nothing else",
  mutants: [
    {
      name: "a-close-does-not-wait-for-the-runtime",
      fault: "A close destroys the runtime's socket, whatever it still has to send.",
      harm: "The end of everything that a slow peer gets is missing.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: "if (this.#finished) this.#onFinish()\n  }",
        replace: "socket.destroy()\n  }",
      }],
      caughtBy: {
        file: sockets,
        test: "what was accepted arrives, and then a FIN, though the descriptor is closed",
      },
      inGate: true,
    },
    {
      name: "the-runtime-is-taken-for-the-system",
      fault: "Bytes count as acknowledged when the runtime has them.",
      harm: "close() promises what a process that ends now would break.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: "this.#synBytes + this.#flushedBytes + (this.#finished ? 1 : 0)",
        replace: "this.#synBytes + this.#acceptedBytes + (this.#shut ? 1 : 0)",
      }],
      caughtBy: {
        file: sockets,
        test: "a peer that does not read leaves a bounded number of bytes with the runtime",
      },
    },
    {
      name: "a-reset-is-taken-for-the-end",
      fault: "An error of the runtime's socket counts as the peer's FIN.",
      harm: "A part of a file is taken for all of it.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: "#fail(number: number): void {",
        replace: "#fail(number: number): void {\n    this.#peerEnded = number > 0\n" +
          "    if (this.#peerEnded) return this.onChange()",
      }],
      caughtBy: {
        file: sockets,
        test: "a reset by the peer is an error, and never the end of the stream",
      },
    },
    {
      name: "the-runtime-receives-without-end",
      fault: "The runtime goes on receiving, however much waits to be read.",
      harm: "A peer that sends faster than the program reads fills the memory.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: "if (this.#received.full) socket.pause()",
        replace: "",
      }],
      caughtBy: { file: sockets, test: "a program that does not read makes its peer wait" },
    },
    {
      name: "the-runtime-queues-without-end",
      fault: "The runtime gets everything at once, whether or not the peer takes it.",
      harm: "A slow peer fills the memory, and `writable` never says that it should wait.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: "Math.min(wanted, this.#room)",
        replace: "Math.max(wanted, this.#room)",
      }],
      caughtBy: {
        file: sockets,
        test: "a peer that does not read leaves a bounded number of bytes with the runtime",
      },
    },
    {
      name: "a-process-ends-before-its-bytes-are-sent",
      fault: "What the runtime still has to send does not keep the process alive.",
      harm: "A program that has closed its stream and ends sends a part, and then a FIN.",
      edits: [{
        file: "src/kernel/node_net/connection.ts",
        find: `this.#alive.set(this, this.#state === "connected" && unsent)`,
        replace: "this.#alive.set(this, unsent && false)",
      }],
      caughtBy: {
        file: laptop,
        test: "a process ends when nobody waits, and not before its bytes are with the system",
      },
    },
    {
      name: "a-missing-permission-is-hidden",
      fault: "Without --allow-ffi everything is copied, and nobody is told.",
      harm: "A server that forgot the flag costs many times what it should, for ever.",
      edits: [{
        file: "src/stack/default_stack.ts",
        find: `!missing && fallback !== "runtime"`,
        replace: `missing && fallback !== "runtime" && false`,
      }],
      caughtBy: { file: laptop, test: "a missing --allow-ffi is an error that names both cures" },
    },
    {
      name: "copies-are-called-a-choice",
      fault: "Copies over the runtime's sockets count as `disabled`.",
      harm: "Nobody sees that zero-copy cannot be had here.",
      edits: [{
        file: "src/stack/open_carrier.ts",
        find: `"unsupported"`,
        replace: `"disabled"`,
      }],
      caughtBy: {
        file: laptop,
        test: "where FFI opens nothing, everything goes over the runtime's sockets, and says so",
      },
    },
  ],
}
