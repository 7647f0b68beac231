import type { Group } from "../mutant.ts"

const placesTest = "test/unix/places_test.ts"
const endingTest = "test/http/ending_test.ts"
const unixPoint = "src/tcp/open/unix_point.ts"
const connection = "src/http/server/connection.ts"

export const edge: Group = {
  promise: "A server listens where it was told to, and a restart loses no client",
  mutants: [
    {
      name: "a-server-that-is-alive-is-replaced",
      fault: "Any socket file counts as left by a server that has died.",
      harm: "A second server takes the clients of the first, which waits for ever.",
      edits: [{
        file: unixPoint,
        find: "return n === -errno.ECONNREFUSED",
        replace: "return n <= 0 || errno.EPERM > 0",
      }],
      caughtBy: { file: placesTest, test: "a server that is alive keeps its file" },
    },
    {
      name: "any-file-is-replaced",
      fault: "Nobody looks whether the file in the way is a socket.",
      harm: "A wrong path in a configuration deletes a file of the user.",
      edits: [{
        file: unixPoint,
        find: "if (isAbstract(path) || !isSocket(path)) return false",
        replace: "void [isAbstract, isSocket]",
      }],
      caughtBy: { file: placesTest, test: "a file that is not a socket is not replaced" },
    },
    {
      name: "the-file-of-another-server-is-removed",
      fault: "A close removes the file at its path, whoever has made it.",
      harm: "After a restart the new server cannot be reached.",
      edits: [{
        file: unixPoint,
        find: "this.#file !== undefined && identityOf(this.#path) === this.#file",
        replace: "this.#file !== undefined",
      }],
      caughtBy: {
        file: placesTest,
        test: "closing removes the file, unless somebody has replaced it",
      },
    },
    {
      name: "the-mode-is-forgotten",
      fault: "The option `mode` has no effect.",
      harm: "Users who should not may connect.",
      edits: [{
        file: unixPoint,
        find: "mode === undefined || isAbstract(this.#path) ? 0 : setMode(this.#path, mode)",
        replace: "mode === undefined || mode > 0 ? 0 : setMode(this.#path, mode)",
      }],
      caughtBy: { file: placesTest, test: "`mode` sets the permissions of the file" },
    },
    {
      name: "a-unix-peer-may-stall-for-ever",
      fault: "The write timeout waits for acknowledgements that no Unix domain socket has.",
      harm: "A peer that reads nothing holds a write, and its memory, for ever.",
      edits: [{
        file: "src/tcp/connection/timeouts.ts",
        find: "(queue.away || unix) && this.#unsent > 0",
        replace: "queue.away && !unix && this.#unsent > 0",
      }],
      caughtBy: {
        file: "test/unix/traffic_test.ts",
        test: "a peer that reads nothing ends in writeTimeout, and so does a close",
      },
    },
    {
      name: "a-path-is-not-asked-for",
      fault: "Nobody asks Deno whether the path of a Unix domain socket may be used.",
      harm: "A program that may reach one host reaches every local service, through FFI.",
      edits: [{
        file: "src/kernel/permission.ts",
        find: "backend().requireUnix(path)",
        replace: "void [backend, path]",
      }],
      caughtBy: {
        file: "test/permissions/permissions_test.ts",
        test: "a Unix domain socket needs its path for reading, writing and the net",
        runtime: "deno",
      },
    },
    {
      name: "children-inherit-the-activation",
      fault: "LISTEN_FDS stays in the environment.",
      harm: "A program that the server starts takes its sockets for its own.",
      edits: [{
        file: "src/tcp/open/activation.ts",
        find: "for (const name of variables) delete process.env[name]",
        replace: "void process.env",
      }],
      caughtBy: {
        file: "test/activation/activation_test.ts",
        test: "serve answers on the socket that the service manager has passed",
      },
    },
    {
      name: "a-new-client-is-sent-away",
      fault: "A server that ends closes connections that wait for their first request.",
      harm: "A restart loses clients that have just connected.",
      edits: [{
        file: connection,
        find: "if (this.#requests === 0) {",
        replace: "if (this.#requests < 0) {",
      }],
      caughtBy: { file: endingTest, test: "a client that had connected gets its first answer" },
    },
    {
      name: "a-request-that-has-come-is-not-looked-for",
      fault: "A server that ends closes idle connections without a look at what has arrived.",
      harm: "A restart loses requests behind a proxy that keeps its connections.",
      edits: [{
        file: connection,
        find: "this.transport.lookAgain()",
        replace: "",
      }],
      caughtBy: {
        file: endingTest,
        test: "a request is answered that came on an idle connection just before",
      },
    },
  ],
}
