import { backend } from "../../ffi/runtime/select.ts"

/**
 * Asks the runtime whether this process may reach `hostname:port`, as its own sockets would be asked:
 * FFI goes around Deno's permissions, so they are kept here. An address that was `found` for a permitted
 * name is refused only where it is forbidden.
 *
 * @throws {Error} the runtime's refusal.
 */
export const requireNet = (hostname: string, port: number, found = false): void =>
  backend().requireNet(hostname, port, found)
