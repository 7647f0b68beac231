import { backend } from "../../ffi/backend.ts"

/**
 * Asks the runtime whether this process may reach `hostname:port`, as its own sockets would be asked:
 * FFI goes around Deno's permissions, so they are kept here.
 *
 * @throws {Error} the runtime's refusal.
 */
export const requireNet = (hostname: string, port: number): void =>
  backend().requireNet(hostname, port)
