import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpEffect from "effect/http/HttpEffect"
import type { HttpMiddleware } from "effect/http/HttpMiddleware"
import { ClientAbort } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Handler, ServeInfo } from "../../http/mod.ts"
import type { Exchange } from "./exchange.ts"
import { respond } from "./respond.ts"

/**
 * A handler that runs `application` for each request, in a fiber of `requests`. It answers at once if the
 * application does.
 */
export function handlerOf(
  application: Effect.Effect<
    HttpServerResponse,
    unknown,
    HttpServerRequest.HttpServerRequest | Scope.Scope
  >,
  middleware: HttpMiddleware | undefined,
  context: Context.Context<never>,
  requests: Scope.Scope,
): Handler {
  const exchanges = new WeakMap<object, Exchange>()
  const handled = HttpEffect.toHandled(
    application,
    (request, response) =>
      // `modify` makes other requests of it, with the same source.
      respond(request, response, exchanges.get(request.source) as Exchange),
    middleware,
  ) as Effect.Effect<void, never, HttpServerRequest.HttpServerRequest>
  return (request, info) => {
    let answered: Response | undefined
    let answer = (response: Response) => {
      answered = response
    }
    exchanges.set(request, { info, answer: (response) => answer(response) })
    const fiber = Fiber.runIn(
      Effect.runForkWith(
        Context.add(context, HttpServerRequest.HttpServerRequest, requestOf(request, info)),
      )(handled),
      requests,
    )
    interruptWhenLost(fiber, request)
    if (answered !== undefined) return answered
    return new Promise((resolve, reject) => {
      answer = resolve
      // Nobody else would answer, for example when a header of the response has a line break.
      fiber.addObserver((exit) => reject(endOf(exit)))
    })
  }
}

function requestOf(request: Request, info: ServeInfo): HttpServerRequest.HttpServerRequest {
  const { hostname } = info.remoteAddr
  const remoteAddress = hostname === "" ? Option.none<string>() : Option.some(hostname)
  return HttpServerRequest.fromWeb(request).modify({ remoteAddress })
}

/** Why a fiber has ended that has not answered. */
const endOf = (exit: Exit.Exit<void>): unknown =>
  Exit.isFailure(exit)
    ? Cause.squash(exit.cause)
    : new Error("The application has ended without a response: it fails, or cannot be sent")

function interruptWhenLost(fiber: Fiber.Fiber<void>, { signal }: Request): void {
  if (fiber.pollUnsafe() !== undefined) return
  const interrupt = () => fiber.interruptUnsafe(undefined, ClientAbort.annotation)
  if (signal.aborted) return interrupt()
  signal.addEventListener("abort", interrupt, { once: true })
  fiber.addObserver(() => signal.removeEventListener("abort", interrupt))
}
