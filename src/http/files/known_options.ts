import type { Taker } from "../../argument/mod.ts"
import type { FileHandlerOptions, FileResponseInit } from "./options.ts"

/** `fileResponse` of `zerowire/http`. */
export const fileResponseTaker: Taker<keyof FileResponseInit> = {
  action: "answer with a file",
  example: 'fileResponse("film.mp4", request)',
  names: { status: true, statusText: true, headers: true, etag: true, ranges: true },
}

/** `fileHandler` of `zerowire/http`. */
export const fileHandlerTaker: Taker<keyof FileHandlerOptions> = {
  action: "serve files",
  example: 'fileHandler("public", { precompressed: true })',
  names: {
    prefix: true,
    index: true,
    listing: true,
    dotfiles: true,
    symlinks: true,
    precompressed: true,
    cacheControl: true,
    headers: true,
    etag: true,
    ranges: true,
  },
}
