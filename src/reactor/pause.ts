/**
 * How many milliseconds to wait before the next look for a crowd of so many senders: 0 when they are too
 * few.
 *
 * So short that no send buffer runs empty. Each has 64 KiB at least while its connection is at work, so a
 * crowd has enough for 4 MiB in a millisecond, which is 30 Gbit/s; the smallest one for a quarter of that.
 */
export const pauseMillis = (senders: number): number =>
  senders < crowd ? 0 : Math.min(longestMillis, Math.ceil(senders / 64))

/** Fewer do not share what a pause saves. */
const crowd = 16

/**
 * No reader and no listener waits longer for what has arrived. A turn that begins with a timer costs 45 µs in
 * Bun and 110 in Deno, whatever it does.
 */
const longestMillis = 8
