/**
 * What a promise resolves with, if it does so in time.
 *
 * @throws {Error} with `complaint` when it does not.
 */
export async function within<T>(
  millis: number,
  promise: Promise<T>,
  complaint: string,
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(complaint)), millis)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
