import type { Group } from "../mutant.ts"

const cases = {
  file: "test/http/cases_test.ts",
  test: "a server answers what it must and refuses the rest, if it arrives at once",
}
const request = "test/http/request_test.ts"
const response = "test/http/response_test.ts"
const server = "test/http/server_test.ts"

export const http: Group = {
  promise: "The HTTP server answers each request once, whole, and only if it is one",
  mutants: [
    {
      name: "two-hosts",
      fault: "A request may have two Hosts, and the last one counts.",
      harm: "A cache in front files the answer under the first one: it can be poisoned.",
      edits: [{
        file: "src/http/parser/head.ts",
        find: "throw malformed(`A request has one ${field.name} header at most`)",
        replace: "fields[field.key] = value",
      }],
      caughtBy: cases,
      inGate: true,
    },
    {
      name: "an-address-in-other-words",
      fault: "A Host may be an address in another notation, which its URL then rewrites.",
      harm: "What a proxy has let through as one name reaches another site.",
      edits: [{
        file: "src/http/parser/host.ts",
        find: "url.hostname !== name",
        replace: "url.hostname === undefined",
      }],
      caughtBy: cases,
    },
    {
      name: "another-host-in-the-target",
      fault: "The target may name another host than Host.",
      harm: "What a proxy has let through by Host reaches another site.",
      edits: [{
        file: "src/http/parser/head.ts",
        find: "host !== undefined && host !== origin",
        replace: "host === undefined && origin === undefined",
      }],
      caughtBy: cases,
    },
    {
      name: "a-coding-in-1-0",
      fault: "HTTP/1.0 may have a Transfer-Encoding.",
      harm: "A server of that time reads the chunks as the next request.",
      edits: [{
        file: "src/http/parser/head.ts",
        find: 'if (minor === 0) throw malformed("HTTP/1.0 has no Transfer-Encoding")',
        replace: "",
      }],
      caughtBy: cases,
    },
    {
      name: "a-method-judged-by-its-first-letter",
      fault:
        "A method that is not known is malformed unless the rest of it came with its first letter.",
      harm: "What a client is told depends on how the network has cut its bytes.",
      edits: [{
        file: "src/http/parser/head_reader.ts",
        find: "if (!partOfMethod.test(this.#text)) throw refusal",
        replace: "throw refusal",
      }],
      caughtBy: {
        file: "src/http/parser/head_reader_test.ts",
        test: "a method that is not known is refused in one way, however its bytes arrive",
      },
    },
    {
      name: "a-head-for-another",
      fault: "A request is taken for the one before it if it is as long.",
      harm: "A client gets the answer to another request than its own.",
      edits: [{
        file: "src/http/parser/head_reader.ts",
        find: "if (this.#llhttp.latin1(from, end) !== text) return -1",
        replace: "",
      }],
      caughtBy: {
        file: "src/http/parser/head_reader_test.ts",
        test: "a request that comes again has the same head, and the next one has its own",
      },
      inGate: true,
    },
    {
      name: "an-answer-s-head-for-another",
      fault: "A response gets the head of the one before it, though its fields have other values.",
      harm: "A client gets another one's cookie.",
      edits: [{
        file: "src/http/response/head.ts",
        find: "some[i][0] !== others[i][0] || some[i][1] !== others[i][1]",
        replace: "some[i][0] !== others[i][0]",
      }],
      caughtBy: {
        file: "src/http/response/head_test.ts",
        test: "a head is that of its own response, whatever the one before had",
      },
    },
    {
      name: "any-coding",
      fault: "A transfer coding that ends with chunked is taken for chunked.",
      harm: "The handler gets gzip for text, and two servers may see two bodies.",
      edits: [{
        file: "src/http/parser/head.ts",
        find: 'coding.toLowerCase() === "chunked"',
        replace: 'coding.toLowerCase().endsWith("chunked")',
      }],
      caughtBy: cases,
    },
    {
      name: "two-spaces",
      fault: "Nobody looks at the spaces of a request line.",
      harm: "Another server may read another target.",
      edits: [{
        file: "src/http/parser/head.ts",
        find:
          "if (!blank || !text.startsWith(method, from) || text.charCodeAt(targetFrom - 1) !== space)",
        replace: "if (!blank && from < 0)",
      }],
      caughtBy: cases,
    },
    {
      name: "trailers-that-frame",
      fault: "Any field may be a trailer.",
      harm:
        "A proxy that merges trailers into the headers is told another length, or another user.",
      edits: [{
        file: "src/http/parser/chunked.ts",
        find: "!mayTrail(name.toLowerCase())",
        replace: 'name === "" && mayTrail(name)',
      }],
      caughtBy: cases,
    },
    {
      name: "extensions-without-end",
      fault: "Nobody counts the bytes of chunk extensions.",
      harm: "A client keeps the parser busy for ever without a byte of a body.",
      edits: [{
        file: "src/http/parser/chunked.ts",
        find: "this.#frame += at - from - (this.#bytes - before)",
        replace: "this.#frame += before - before",
      }],
      caughtBy: cases,
    },
    {
      name: "on-after-close",
      fault: "The connection goes on after a response with Connection: close.",
      harm: "What a client sends behind its last request is answered: it was smuggled.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: "!keepAlive || this.#context.closing()",
        replace: "this.#context.closing()",
      }],
      caughtBy: cases,
    },
    {
      name: "a-failed-stream-ends-well",
      fault: "A chunked response whose stream has failed gets its last chunk.",
      harm: "The client takes a part for the whole.",
      edits: [{
        file: "src/http/response/send_body.ts",
        find: "throw new BrokenOff(transport.failure ?? failure)",
        replace: 'transport.writeLatin1("0\\r\\n\\r\\n")',
      }],
      caughtBy: {
        file: response,
        test: "a stream that fails, or has another length than it says, resets the connection",
      },
      inGate: true,
    },
    {
      name: "a-stream-taken-for-bytes",
      fault: "In Bun, a stream with a status text or a URL is taken for bytes in memory.",
      harm: "A handler that returns the response of a fetch gets 500.",
      edits: [{
        file: "ffi/runtime/bun/response_body.ts",
        find: "none + statusText.length + url.length",
        replace: "none",
      }],
      caughtBy: {
        file: response,
        test: "a stream with a status text, and the body of a fetch that goes on, are streams",
      },
    },
    {
      name: "a-chunk-that-is-gone",
      fault: "A chunk without bytes is left out, also one whose memory was taken from it.",
      harm: "A stream that writes one buffer twice is cut off, and the client takes it for all.",
      edits: [{
        file: "src/http/response/send_body.ts",
        find: "if (!Moved.is(chunk)) checkChunk(chunk)",
        replace: "",
      }],
      caughtBy: {
        file: response,
        test: "a chunk that cannot be sent resets, and says what to do",
      },
    },
    {
      name: "a-failure-that-nobody-awaits",
      fault: "A write that fails rejects a promise that nobody waits for.",
      harm: "A client that resets at the wrong moment ends the process, and all its connections.",
      edits: [{
        file: "src/http/response/send_body.ts",
        find: "pause?.catch(() => {})",
        replace: "",
      }],
      caughtBy: {
        file: "test/http/reset_test.ts",
        test: "a chunk that meets a reset fails its response, and nothing else",
      },
    },
    {
      name: "a-short-body-passes",
      fault: "A body may be shorter than its Content-Length.",
      harm: "The client takes the beginning of the next response for the rest of this one.",
      edits: [{
        file: "src/http/response/send_body.ts",
        find: "else if (left > 0 && length !== Infinity) {",
        replace: "else if (left < 0) {",
      }],
      caughtBy: {
        file: response,
        test: "a stream that fails, or has another length than it says, resets the connection",
      },
    },
    {
      name: "any-character-in-a-header",
      fault: "Characters above 255 of a response's headers are sent by their last byte.",
      harm: "U+010A ends the line: whoever chooses a value writes headers of his own.",
      edits: [{
        file: "src/http/response/head.ts",
        find: "if (!/[^\\t\\x20-\\x7e\\x80-\\xff]/.test(value)) return value",
        replace: "if (name !== undefined) return value",
      }],
      caughtBy: {
        file: "src/http/response/head_test.ts",
        test: "a value that would end its line is refused, whatever Headers lets through",
      },
      inGate: true,
    },
    {
      name: "an-upload-without-a-brake",
      fault: "The server receives a body whether or not it is read.",
      harm: "One upload that nobody reads fills the memory.",
      edits: [{
        file: "src/http/request/body.ts",
        find: "return this.#queuedBytes >= mostQueued",
        replace: "return this.#queuedBytes < 0",
      }],
      caughtBy: {
        file: request,
        test: "no more of a body is received than its reader takes, beyond some packets",
      },
    },
    {
      name: "an-upload-that-stays-braked",
      fault: "Nothing more is received of a full body that is skipped.",
      harm: "The client's next request is never answered.",
      edits: [{
        file: "src/http/request/body.ts",
        find: "if (wasFull) this.#host.resume()",
        replace: "",
      }],
      caughtBy: {
        file: request,
        test:
          "what waits of a body is thrown away when the answer is sent, and the next request is heard",
      },
    },
    {
      name: "continue-for-nobody",
      fault: "A client is told to continue before anybody wants its body.",
      harm: "It uploads gigabytes to a handler that refuses them.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: "exchange.begin()",
        replace: "if (head.expects) exchange.tellToContinue()\n    exchange.begin()",
      }],
      caughtBy: {
        file: request,
        test: "a client is told to continue when somebody wants the body, and not otherwise",
      },
    },
    {
      name: "an-answer-out-of-turn",
      fault: "The next request is read while this one is being answered.",
      harm: "A client gets the answer to another question.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: 'else if (this.#state === "answering") return at',
        replace: 'else if (this.#state === "answering") at = this.#useForHead(at, to)',
      }],
      caughtBy: { file: response, test: "answers come in the order of their requests" },
    },
    {
      name: "cached-bytes-of-the-caller",
      fault: "cachedBody keeps the caller's memory instead of a copy.",
      harm: "What the caller writes there next is sent to clients.",
      edits: [{
        file: "src/http/response/cached_body.ts",
        find: "return new Uint8Array(body)",
        replace: "return body as Uint8Array<ArrayBuffer>",
      }],
      caughtBy: {
        file: response,
        test: "a cached body goes to many clients, and anybody can read its stream",
      },
    },
    {
      name: "answers-that-nobody-takes",
      fault: "The next request is answered however much waits for the client.",
      harm: "A client that sends and never reads fills the memory.",
      edits: [{
        file: "src/http/transport.ts",
        find: "return queue.blocked && queue.queuedBytes >= fullBytes",
        replace: "return queue.blocked && queue.queuedBytes < 0",
      }],
      caughtBy: { file: server, test: "a client that takes no answers is given no more of them" },
    },
    {
      name: "headers-behind-the-back",
      fault: "Deno's own list of a response's headers is sent, whatever its class says they are.",
      harm: "A framework's response loses its cookies and its type.",
      edits: [{
        file: "ffi/runtime/deno/response_body.ts",
        find: "if (Object.getPrototypeOf(response) !== Response.prototype) return [...headers]",
        replace: "",
      }],
      caughtBy: {
        file: "src/http/response/head_test.ts",
        test: "a response of a class of the program has its fields",
        runtime: "deno",
      },
    },
    {
      name: "a-head-as-utf-8",
      fault: "Characters above 127 of a head are sent as UTF-8.",
      harm: "A name in a header arrives as other characters.",
      edits: [{
        file: "src/tcp/send/gathering.ts",
        find: "if (read !== text.length || written !== text.length) return false",
        replace: "if (read !== text.length) return false",
      }],
      caughtBy: {
        file: "src/tcp/send/packer_test.ts",
        test: "each character of a text goes out as one byte, however long the text",
      },
    },
    {
      name: "more-than-the-parser-holds",
      fault: "More is received behind a request than the parser's input holds.",
      harm: "A client overwrites the state of all parsers, and reads itself into others' requests.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: "const room = inputBytes - this.#later.byteLength",
        replace: "const room = inputBytes",
      }, {
        file: "src/http/server/later.ts",
        find: "this.first(pieceBytes)",
        replace: "this.first(Infinity)",
      }],
      caughtBy: {
        file: server,
        test: "requests far behind the present one are answered, each once",
      },
      inGate: true,
    },
    {
      name: "a-hook-that-throws",
      fault: "An onComplete that throws fails its request, which has been answered.",
      harm: "The rejection that nobody handles ends the process, and all its connections.",
      edits: [{
        file: "src/http/server/completion.ts",
        find: "this.#context.report(failure)",
        replace: "throw failure",
      }],
      caughtBy: {
        file: "test/http/completed_test.ts",
        test: "a request is answered once, whatever onComplete throws",
      },
    },
    {
      name: "a-head-without-a-deadline",
      fault: "A client may take for ever over the head of a request.",
      harm: "A thousand slow clients take all connections (Slowloris).",
      edits: [{
        file: "src/http/server/times.ts",
        find: "if (now < this.#deadline && !late) return undefined",
        replace: "if (now < Infinity) return undefined",
      }],
      caughtBy: { file: server, test: "clients that are too slow are sent away" },
    },
    {
      name: "hints-behind-the-head",
      fault: "Early hints are sent whenever the handler asks for it.",
      harm: "A status line in the middle of a body: the client reads it as bytes of the page.",
      edits: [{
        file: "src/http/server/exchange.ts",
        find: 'if (this.begun) throw tooLate("send early hints")',
        replace: 'if (this.body === null) throw tooLate("send early hints")',
      }],
      caughtBy: {
        file: "test/http/interim_test.ts",
        test: "early hints after the head are refused, and the response stays whole",
      },
    },
    {
      name: "an-echo-that-waits-for-itself",
      fault:
        "The head is written before the first bytes of a response that is made of the request.",
      harm:
        "The client waits for 100 Continue, which may not come any more, and the server for the body.",
      edits: [{
        file: "src/http/response/writer.ts",
        find: "|| this.#asked.bodyFirst === true",
        replace: "",
      }],
      caughtBy: {
        file: "test/http/interim_test.ts",
        test: "a response that is made of the request's body tells the client to send it first",
      },
    },
    {
      name: "a-trailer-out-of-the-blue",
      fault: "A response may end with trailers that its head does not declare.",
      harm: "A proxy that expects none drops them, or merges them into the headers.",
      edits: [{
        file: "src/http/response/trailers.ts",
        find: "if (!declared.has(name))",
        replace: "if (declared.has(name) && name === undefined)",
      }],
      caughtBy: {
        file: "test/http/trailers_test.ts",
        test:
          "a trailer that was not declared, or fails, resets: the client must not take it for all",
      },
    },
    {
      name: "the-first-frame-of-an-upgrade",
      fault: "What the server has read behind an upgrade is forgotten.",
      harm: "A WebSocket loses its first message, or the middle of it.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: "this.#later.first(Infinity)",
        replace: "this.#later.first(0)",
      }],
      caughtBy: {
        file: "test/http/upgrade_test.ts",
        test: "a connection leaves HTTP, and nothing that was read is lost",
      },
      inGate: true,
    },
    {
      name: "an-answer-cut-off",
      fault: "A refused upload gets a second to end, as any socket that closes.",
      harm: "The reset meets a client that is still writing, and its answer is lost.",
      edits: [{
        file: "src/http/transport.ts",
        find: "await close(this.#connection, timeout, linger)",
        replace: "await close(this.#connection, timeout)",
      }],
      caughtBy: {
        file: "test/http/linger_test.ts",
        test: "an upload of 10 MB that is refused is answered, and no reset kills the answer",
      },
    },
    {
      name: "a-relay-beyond-its-length",
      fault: "A relay goes on behind the length of its body.",
      harm: "The client takes what the upstream sends next for the next answer.",
      edits: [{
        file: "src/tcp/streams/relay_move.ts",
        find: "if (this.#movedBytes >= (this.#part?.most ?? Infinity)) return this.#complete()",
        replace: "",
      }, {
        file: "src/tcp/streams/relay_move.ts",
        find: "this.#pipe.fill((this.#part?.most ?? Infinity) - this.#movedBytes)",
        replace: "this.#pipe.fill(Infinity)",
      }],
      caughtBy: {
        file: "test/http/relay_test.ts",
        test: "with a length, the rest of what the socket receives stays with it",
      },
    },
    {
      name: "a-courier-between-chunks",
      fault: "A courier may move the bytes of a body that is framed.",
      harm: "They come without the size of their chunk, and the client reads nonsense.",
      edits: [{
        file: "src/tcp/streams/relay_pipe.ts",
        find: "return !this.onlyHere && this.#pace.busy",
        replace: "return this.#pace.busy",
      }],
      caughtBy: {
        file: "test/http/relay_test.ts",
        test: "chunks keep their sizes though so much arrives that a courier would move it",
      },
    },
    {
      name: "a-slow-disk-blamed-on-the-client",
      fault: "Whatever waits to be sent waits for the client.",
      harm: "A file on a slow disk ends the connection of a client that has taken everything.",
      edits: [{
        file: "src/http/server/send_watch.ts",
        find: "const waits = this.#transport.waitsForPeer",
        replace: "const waits = this.#limit > 0",
      }],
      caughtBy: {
        file: "src/http/server/pace_test.ts",
        test: "a client that has taken everything is not late, whatever the queue waits for",
      },
    },
    {
      name: "del-in-a-chunk",
      fault: "The extension of a chunk may have a DEL in quotes.",
      harm: "A server that refuses it, as Node does, disagrees about where the request ends.",
      edits: [{
        file: "src/http/parser/chunked.ts",
        find: "if (memory[at] === 0x7f) return true",
        replace: "if (memory[at] < 0) return true",
      }],
      caughtBy: cases,
    },
    {
      name: "deadlines-from-the-last-tick",
      fault: "A timeout counts from the last tick of the server's clock, not from the next one.",
      harm: "A client gets up to a second less than it was promised: with 1000 ms, none at all.",
      edits: [{
        file: "src/http/server/server.ts",
        find: "this.#now + tickMillis",
        replace: "this.#now",
      }],
      caughtBy: { file: server, test: "a timeout is never shorter than it says" },
    },
    {
      name: "a-refused-head-with-a-body",
      fault: "The refusal of a HEAD request has a body.",
      harm: "The client takes it for the beginning of its next answer.",
      edits: [{
        file: "src/http/server/connection.ts",
        find: 'exchange?.head.method === "HEAD" ? "" : refusal.message',
        replace: "refusal.message",
      }],
      caughtBy: { file: server, test: "a refusal of HEAD has no body" },
    },
  ],
}
