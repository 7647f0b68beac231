/**
 * The kernel of this machine, and what has to be known of this process and its runtime. The port alone,
 * which a simulation implements too, is `port.ts`.
 *
 * @module
 */
export { interfaceIndex } from "./interface_index.ts"
export { linuxKernel, preload } from "./linux/kernel.ts"
export { requireNet } from "./permission.ts"
export { runtimeFiles } from "./runtime_file.ts"
export { type RuntimeSockets, runtimeSockets } from "./runtime_socket.ts"
export { type Surroundings, surroundings } from "./surroundings.ts"
export * from "./port.ts"
