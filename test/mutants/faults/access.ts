import type { Group } from "../mutant.ts"

export const access: Group = {
  promise: "Nobody reaches what is not his",
  mutants: [
    {
      name: "net-is-not-asked-for",
      fault: "Nobody asks Deno whether the host may be reached.",
      harm: "A program that may reach one host reaches them all, through FFI.",
      edits: [{
        file: "src/kernel/permission.ts",
        find: "backend().requireNet(hostname, port, found)",
        replace: "void [backend, hostname, port, found]",
      }],
      caughtBy: {
        file: "test/permissions/permissions_test.ts",
        test: "--allow-net for one host and port allows just that",
        runtime: "deno",
      },
    },
    {
      name: "a-found-address-is-not-asked-for",
      fault: "An address that stands behind a permitted name is not asked for.",
      harm: "--deny-net for an address is worth nothing: a name leads there.",
      edits: [{
        file: "src/tcp/address.ts",
        find: "stack.requireNet(address, port, true)",
        replace: "void [address, port]",
      }],
      caughtBy: {
        file: "test/permissions/permissions_test.ts",
        test: "an address that is denied cannot be reached by a name for it",
        runtime: "deno",
      },
    },
    {
      name: "lengths-are-not-checked",
      fault: "libc gets a length without a look at the memory that it is about.",
      harm: "The peer receives what lies beside a buffer.",
      edits: [{
        file: "ffi/memory.ts",
        find: "offset + length <= byteLength",
        replace: "offset + length <= Number.MAX_SAFE_INTEGER",
      }],
      caughtBy: {
        file: "ffi/memory_test.ts",
        test: "bytes inside the memory pass the check, all others are refused",
      },
    },
    {
      name: "an-iovec-is-not-checked",
      fault: "An element of an iovec array is not held against its memory.",
      harm: "A chunk that was detached while it waited is sent as whatever lies there now.",
      edits: [{
        file: "ffi/abi/iovec.ts",
        find: "target.check(offset, length)",
        replace: "",
      }],
      caughtBy: {
        file: "src/tcp/send/ownership_test.ts",
        test:
          "a borrowed chunk whose buffer is taken while it waits fails the write, and sends nothing else",
      },
    },
    {
      name: "a-slot-is-sent-whole",
      fault: "A gathering slot is sent to its end, and not to the end of what was written to it.",
      harm: "The peer receives what somebody else had sent before.",
      edits: [{
        file: "src/tcp/send/packer.ts",
        find: "this.#sendAtOnce(memory, 0, length)",
        replace: "this.#sendAtOnce(memory, 0, this.#stack.slab.slotBytes)",
      }],
      caughtBy: {
        file: "src/testing/testing_test.ts",
        test: "two sockets of the same simulation talk to each other",
      },
    },
    {
      name: "an-option-that-there-is-not-is-left-alone",
      fault: "Options are not held against those that a function has.",
      harm:
        '`listen({ host: "127.0.0.1" })` listens on every address: a private service is public.',
      edits: [{
        file: "src/argument/options.ts",
        find: "for (const key in given) {",
        replace: "for (const key in {}) {",
      }],
      caughtBy: {
        file: "test/bad_input/unknown_options_test.ts",
        test: "listen refuses the option host",
      },
    },
    {
      name: "a-socket-of-another-copy-is-taken-over",
      fault: "Whether a socket belongs to another copy of the package is not looked at.",
      harm: "The connection has two owners, and each sends into the other's stream.",
      edits: [{
        file: "src/tcp/take_over/take_over.ts",
        find: "  checkTakenOver(socket)\n",
        replace: "  void checkTakenOver\n",
      }],
      caughtBy: {
        file: "test/bad_input/two_copies_test.ts",
        test: 'a socket of another copy is not taken over (zerocopy: "never")',
      },
    },
  ],
}
