/** Reports it as the runtime reports any exception that nobody catches. */
export const uncaught = (reason: unknown): void =>
  queueMicrotask(() => {
    throw reason
  })
