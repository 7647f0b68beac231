import { resolve } from "node:path"
import { isAbstract } from "../../ffi/abi/sockaddr_un.ts"
import { backend } from "../../ffi/runtime/select.ts"

/**
 * Checks with the runtime whether this process may reach `hostname:port`, as the runtime's own sockets
 * do: FFI bypasses Deno's permissions, so they are enforced here. An address that was `found` for a
 * permitted name is refused only if it is explicitly denied.
 *
 * @throws {Error} the runtime's refusal.
 */
export const requireNet = (hostname: string, port: number, found = false): void =>
  backend().requireNet(hostname, port, found)

/**
 * The same for the Unix domain socket of a path: reading and writing the file, and reaching `unix:` and the
 * path. An abstract name has no file.
 *
 * @throws {Error} the runtime's refusal.
 */
export const requireUnix = (path: string): void =>
  // Deno's permission of the net is for absolute paths.
  backend().requireUnix(path === "" || isAbstract(path) ? path : resolve(path))
