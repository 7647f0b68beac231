/**
 * The kernel of this machine, and what must be known of this process and its runtime. `port.ts` has only
 * the port, which the simulated kernel implements too.
 *
 * @module
 */
export { addressFamily, formatIpv6 } from "../../ffi/abi/sockaddr.ts"
/** @internal Its types are those of Node, which users of the package may not have. */
export { builtin } from "./builtin.ts"
/** @internal As above. */
export { CachedFile, type OpenedFile } from "./cached_file.ts"
/** @internal As above. */
export { openCached } from "./cached_files.ts"
export { heapMemory, nodeNetKernel } from "./fallback.ts"
export { interfaceIndex } from "./interface_index.ts"
export { linuxKernel, preload } from "./linux/kernel.ts"
export { requireNet, requireUnix } from "./permission.ts"
export { type Fields, type Peek, responsePeek } from "./response_body.ts"
export { type RuntimeFiles, runtimeFiles } from "./runtime_file.ts"
export { type RuntimeSockets, runtimeSockets } from "./runtime_socket.ts"
export { type Surroundings, surroundings } from "./surroundings.ts"
export * from "./port.ts"
