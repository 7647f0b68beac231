/**
 * Effect's HTTP server on Zerowire's.
 *
 * @module
 */
export { layer, layerConfig, layerHttpServices, layerTest } from "./layers.ts"
export type { HttpServerOptions } from "./options.ts"
export { layerHttpPlatform } from "./platform.ts"
export { layerServer, make } from "./server.ts"
export * as httpMetrics from "./metrics.ts"
