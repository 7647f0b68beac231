/**
 * Holds what `takeOver` accepts against Bun's own types: `tsc` refuses this file when they part ways.
 *
 * @module
 */
// @ts-ignore Deno's check does not know this module, and takes what it has for `any`.
import type { Socket } from "bun"
import type { RuntimeSocket } from "../../src/mod.ts"

export const accepted = (socket: Socket<{ readonly user: string }>): RuntimeSocket => socket
