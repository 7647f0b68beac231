import { defaultStack } from "../src/stack/default_stack.ts"

/** Runs `body` while accept(2) returns what `next` returns, if anything. */
export async function accepting(
  next: () => number | undefined,
  body: () => Promise<void>,
): Promise<void> {
  const { kernel } = defaultStack()
  const { accept } = kernel
  kernel.accept = (fd) => next() ?? accept.call(kernel, fd)
  try {
    await body()
  } finally {
    kernel.accept = accept
  }
}
