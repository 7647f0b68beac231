/**
 * Responses that were made here, with bodies whose sources are known: nobody has to find out whether such a
 * body is a file of the runtime.
 */
const own = new WeakSet<Response>()

/** Marks a response as made here, and returns it. */
export function markOwn(response: Response): Response {
  own.add(response)
  return response
}

/** Whether `markOwn` was called with it. */
export const isOwn = (response: Response): boolean => own.has(response)
