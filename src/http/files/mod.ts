/**
 * Files as functions from a Request to a Response, for any server.
 *
 * @module
 */
export type { FileRequest } from "./answer.ts"
export { fileHandler, type FileHandlerRequest } from "./file_handler.ts"
export { fileResponse } from "./file_response.ts"
export type { FileHandlerOptions, FileResponseInit } from "./options.ts"
