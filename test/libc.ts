/**
 * What tests know of libc. The gate also runs the streams' tests with `ZEROWIRE_LIBC=missing`, and then
 * everything goes over the runtime's own sockets (docs/laptops.md).
 *
 * @module
 */
import process from "node:process"
import type { SocketStats } from "../src/mod.ts"

export const libcIsMissing = process.env.ZEROWIRE_LIBC === "missing"

/** For tests of what only Linux's libc can do. They run whenever it is there. */
export const needsLibc: { readonly skip: string | false } = {
  skip: libcIsMissing && "needs libc",
}

/** Bytes that the kernel has sent from a file or another socket; copies where libc is missing. */
export const movedBytes = ({ fileBytes, relayedBytes, copiedBytes }: SocketStats): number =>
  libcIsMissing ? copiedBytes : fileBytes + relayedBytes
