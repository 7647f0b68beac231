/** The head was written, and the body has failed. */
export class BrokenOff extends Error {
  constructor(cause: unknown) {
    super("The body of a response has failed after its head was sent", { cause })
  }
}
