/**
 * An HTTP/1.1 server on Zerowire's sockets, and files for any server.
 *
 * @module
 */
export * from "./files/mod.ts"
export type { Limits } from "./limits.ts"
export { type CachedBody, cachedBody } from "./response/cached_body.ts"
export { serve } from "./serve.ts"
export type {
  ClientAddress,
  Completed,
  Handler,
  Outcome,
  Sent,
  ServeInfo,
  ServeObject,
  ServeOptions,
  ShutdownOptions,
  Upgrade,
  UpgradeOptions,
} from "./server/options.ts"
export { Server } from "./server/server.ts"
export type { StatusPageOptions } from "./status/options.ts"
export { statusPage } from "./status/status_page.ts"
export type { Trust } from "./trust/options.ts"
