/**
 * Bytes that one of `sockets` open sockets queues before a write waits. Each gets enough for one call of
 * a worthwhile size, with the next one ready; where there are many, they share what a process may queue,
 * but for the least that one needs to go on.
 */
export const queueShare = (sockets: number): number =>
  Math.max(leastBytes, Math.min(mostBytes, Math.floor(processBytes / sockets)))

const MiB = 1024 * 1024
const mostBytes = 2 * MiB
const leastBytes = MiB / 4
const processBytes = 112 * MiB
