/**
 * Holds what `takeOver` accepts against Deno's own types: `deno check` refuses this file when they
 * part ways.
 *
 * @module
 */
import type { RuntimeSocket } from "../../src/mod.ts"

export const accepted = (conn: Deno.TcpConn): RuntimeSocket => conn

// @ts-expect-error A unix socket cannot be taken over.
export const refused = (conn: Deno.UnixConn): RuntimeSocket => conn
