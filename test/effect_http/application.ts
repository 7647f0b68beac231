import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpStaticServer from "effect/http/HttpStaticServer"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { pattern } from "../plain_peer.ts"

const bigBytes = pattern(300_000)

/** An application that knows no server: routes of all kinds, and the files below `root`. */
export const application = (root: string) =>
  Layer.mergeAll(
    HttpRouter.add("GET", "/text", HttpServerResponse.text("hello")),
    HttpRouter.add("GET", "/json", HttpServerResponse.jsonUnsafe({ a: [1, "ü"] })),
    HttpRouter.add("GET", "/bytes", HttpServerResponse.uint8Array(bigBytes)),
    HttpRouter.add("GET", "/empty", HttpServerResponse.empty()),
    HttpRouter.add("GET", "/redirect", HttpServerResponse.redirect("/text")),
    HttpRouter.add(
      "GET",
      "/users/:id",
      Effect.map(HttpRouter.params, ({ id }) => HttpServerResponse.text(`user ${id}`)),
    ),
    HttpRouter.add(
      "GET",
      "/cookie",
      HttpServerResponse.setCookieUnsafe(HttpServerResponse.text("yes"), "a", "b"),
    ),
    HttpRouter.add(
      "GET",
      "/stream",
      HttpServerResponse.stream(
        Stream.map(Stream.range(1, 100), (n) => new TextEncoder().encode(`line ${n}\n`)),
        { contentType: "text/plain" },
      ),
    ),
    HttpRouter.add(
      "POST",
      "/echo",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const text = yield* request.text
        const { url, method } = request
        return HttpServerResponse.jsonUnsafe({ url, method, type: request.headers.x, text })
      }),
    ),
    HttpRouter.add("GET", "/fails", Effect.fail(new Error("expected"))),
    HttpRouter.add("GET", "/dies", Effect.die(new Error("a mistake"))),
    HttpStaticServer.layer({ root, prefix: "/files" }),
  )
