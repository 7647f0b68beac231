import type { Group } from "../mutant.ts"

const placesTest = "test/unix/places_test.ts"
const endingTest = "test/http/ending_test.ts"
const trustTest = "test/http/trust/headers_test.ts"
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
        find: "file !== undefined && identityOf(file.path) === file.identity",
        replace: "file !== undefined",
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
        find: 'backend().requireUnix(path === "" || isAbstract(path) ? path : resolve(path))',
        replace: "void [backend, isAbstract, resolve, path]",
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
      name: "anybody-is-believed",
      fault: "X-Forwarded-For counts, whoever has sent it.",
      harm: "A client takes any address that it likes, and passes every list of addresses.",
      edits: [{
        file: "src/http/trust/trust.ts",
        find: "this.#hopsIn === undefined || !this.has(peer)",
        replace: "this.#hopsIn === undefined",
      }, {
        file: "src/http/trust/hops.ts",
        find: "i >= 0 && trusted(remoteAddr)",
        replace: "i >= 0 && (trusted(remoteAddr) || i === hops.length - 1)",
      }],
      caughtBy: {
        file: trustTest,
        test: "by default, and from addresses that are not listed, nothing is believed",
      },
    },
    {
      name: "the-first-address-is-the-client",
      fault: "The addresses of X-Forwarded-For are all believed.",
      harm: "A client writes the first one itself.",
      edits: [{
        file: "src/http/trust/hops.ts",
        find: "i >= 0 && trusted(remoteAddr)",
        replace: "i >= 0 && (trusted(remoteAddr) || i >= 0)",
      }],
      caughtBy: { file: trustTest, test: "X-Forwarded-* of a listed proxy say who the client is" },
    },
    {
      name: "a-malformed-forwarded-is-left-out",
      fault: "What stands behind an open quotation mark is left out.",
      harm: "A client hides its address behind the proxy's, which may do more.",
      edits: [{
        file: "src/http/trust/forwarded.ts",
        find: 'if (found === null) throw malformed("The header Forwarded is malformed")',
        replace: "if (found === null) return hops",
      }],
      caughtBy: { file: trustTest, test: "Forwarded of a listed proxy says who the client is" },
    },
    {
      name: "anybody-speaks-the-proxy-protocol",
      fault: "The PROXY protocol is read from any peer.",
      harm: "A client that reaches the port takes any address that it likes.",
      edits: [{
        file: "src/http/server/server.ts",
        find: "trust?.proxyProtocol === true && !trust.has(socket.remoteAddr)",
        replace: "trust?.proxyProtocol === true && !trust.proxyProtocol",
      }],
      caughtBy: {
        file: "test/http/trust/proxy_protocol_test.ts",
        test: "connections that are not of a listed proxy are reset",
      },
    },
    {
      name: "a-client-that-nobody-knows-is-believed",
      fault: "A client whose address the proxy does not know counts as the proxy.",
      harm: "It takes any address that it likes by X-Forwarded-For.",
      edits: [{
        file: "src/http/server/client.ts",
        find: 'greeting.local === true || greeting.source?.transport === "tcp"',
        replace: 'greeting.source?.transport !== "unix"',
      }],
      caughtBy: {
        file: "test/http/trust/proxy_protocol_test.ts",
        test: "all requests of a connection have its client, who is not believed himself",
      },
    },
    {
      name: "a-new-client-is-sent-away",
      fault: "A server that ends closes connections that wait for their first request.",
      harm: "A restart loses clients that have just connected.",
      edits: [{
        file: connection,
        find: "if (this.#quota.untouched) return this.#times.hurry()",
        replace: "",
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
