import type { Group } from "../mutant.ts"

const lifetimes = "test/effect_http/lifetime_test.ts"

export const effectHttp: Group = {
  promise:
    "An Effect application runs on the server as on Effect's own, and the status page tells the truth",
  mutants: [
    {
      name: "a-scope-before-its-body",
      fault: "The scope of a request closes before its body is sent.",
      harm: "A finalizer closes the file or the connection that the body is still read from.",
      edits: [{
        file: "src/effect/http/respond.ts",
        find: "if (omitted || isSmall(response)) return Effect.void",
        replace: "if (omitted || isSmall(response) || true) return Effect.void",
      }],
      caughtBy: {
        file: lifetimes,
        test: "the request's scope closes when the body is sent, not before",
      },
    },
    {
      name: "a-lost-response-counts-as-sent",
      fault: "A response whose client has left ends its scope as if it had been sent.",
      harm: "A transaction is committed for a client that never got its answer.",
      edits: [{
        file: "src/effect/http/respond.ts",
        find: "return resume(Effect.failCause(lost))",
        replace: "return resume(Effect.void)",
      }],
      caughtBy: {
        file: lifetimes,
        test: "the scope of a response that is lost on its way closes with an interruption",
      },
    },
    {
      name: "a-response-that-cannot-be-sent",
      fault: "A request whose response cannot be made into one of the server's is never answered.",
      harm: "A line break in a header holds its client, and its connection, for ever.",
      edits: [{
        file: "src/effect/http/handler.ts",
        find: "fiber.addObserver((exit) => reject(endOf(exit)))",
        replace: "void [reject, endOf]",
      }],
      caughtBy: { file: lifetimes, test: "a request whose response cannot be sent gets 500" },
    },
    {
      name: "closed-connections-are-forgotten",
      fault: "The status page counts only what open connections have sent.",
      harm: "Totals go back when a client leaves, and the plot shows nothing.",
      edits: [{
        file: "src/http/server/server.ts",
        find: "    this.roster.closed(connection)\n",
        replace: "",
      }],
      caughtBy: {
        file: "test/status/status_page_test.ts",
        test: "what closed connections have sent still counts",
      },
    },
    {
      name: "viewers-hold-up-a-shutdown",
      fault: "A viewer's events end with the next one, not with the server.",
      harm: "A restart waits for as long as the page's interval, or until its deadline.",
      edits: [{
        file: "src/http/server/server.ts",
        find: "    for (const hear of whenClosing) hear()\n",
        replace: "    void whenClosing\n",
      }],
      caughtBy: {
        file: "test/status/status_page_test.ts",
        test: "an event stream does not hold up a shutdown",
      },
    },
  ],
}
