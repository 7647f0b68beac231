/**
 * Why a request is refused, and the status of the answer. The connection is closed after it; with status 0 it
 * is reset without an answer, which would only help whoever tries what the server takes.
 */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A request that is not HTTP, or that two parsers might read differently. */
export const malformed = (message: string): Refusal => new Refusal(400, message)
