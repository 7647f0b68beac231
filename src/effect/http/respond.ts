import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { ClientAbort, HttpServerError, ResponseError } from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ZerowireError } from "../../error/mod.ts"
import type { Sent } from "../../http/mod.ts"
import type { Exchange } from "./exchange.ts"

/**
 * Gives the server its response. Succeeds when the kernel has accepted it, so that the request's scope and
 * span are as long as its body; at once for a small body in memory, which is copied.
 *
 * Fails if the body fails; is interrupted if the connection is lost.
 */
export const respond = (
  request: HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  exchange: Exchange,
): Effect.Effect<void, HttpServerError> =>
  // The body is a part of the application, and may use its services.
  Effect.contextWith((context) => {
    const withoutBody = request.method === "HEAD"
    const source = request.source as Request
    const omitted = HttpServerResponse.omitsBody(response, withoutBody)
    const signal = response.body._tag === "Stream" && !omitted ? source.signal : undefined
    exchange.answer(
      HttpServerResponse.toWeb(response, { withoutBody, context, ...(signal && { signal }) }),
    )
    if (omitted || isSmall(response)) return Effect.void
    return untilSent(request, response, exchange)
  })

const untilSent = (
  request: HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  { info }: Exchange,
): Effect.Effect<void, HttpServerError> =>
  Effect.callback((resume) => {
    const sent = ({ bytes }: Sent) =>
      resume(Effect.annotateCurrentSpan({ "http.response.size": bytes }))
    ;(info.completed as Promise<Sent>).then(sent, (cause) => {
      if (cause instanceof ZerowireError) return resume(Effect.failCause(lost))
      const reason = new ResponseError({ request, response, cause })
      resume(Effect.fail(new HttpServerError({ reason })))
    })
  })

function isSmall({ body }: HttpServerResponse.HttpServerResponse): boolean {
  return body._tag === "Empty" ||
    body._tag === "Uint8Array" && body.contentLength < smallBytes
}

/** As if the fiber had been interrupted, which it cannot be while it sends. */
const lost = Cause.annotate(Cause.interrupt(), ClientAbort.annotation)

/** The server copies smaller bodies behind their head. */
const smallBytes = 16 * 1024
