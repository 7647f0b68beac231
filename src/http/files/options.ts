import type { EtagStrength } from "./validators.ts"
import type { Symlinks } from "./symlinks.ts"

/** What `fileResponse` is to answer with, besides the file. */
export interface FileResponseInit extends ResponseInit {
  /**
   * Default 200. With any other status, conditions and ranges are not looked at: a page of its own for 404
   * is sent whole.
   */
  readonly status?: number
  /** The reason phrase. Default: none. */
  readonly statusText?: string
  /** They take the place of the headers that the file would give: Content-Type, ETag, Last-Modified. */
  readonly headers?: HeadersInit
  /**
   * `"strong"` (the default) makes an ETag of the file's size and time, which is weak for the first 2 s
   * after a change, because a second change might not show. `"weak"` always makes a weak one, and
   * `"none"` none.
   */
  readonly etag?: EtagStrength
  /** The most ranges of one request; 0 for none. One that asks for more gets the whole file. Default 16. */
  readonly ranges?: number
}

/** How `fileHandler` serves its files. */
export interface FileHandlerOptions {
  /** The part of the URL's path before the files' own, as `"/static"`. Default: none. */
  readonly prefix?: string
  /** The file that a folder answers with. `false`: none. Default `"index.html"`. */
  readonly index?: string | false
  /** Answers with a list of the folder's files, if it has no index. Default `false`: 404. */
  readonly listing?: boolean
  /** Serves files and folders whose names begin with a dot. Default `false`: 404. */
  readonly dotfiles?: boolean
  /**
   * `"inside"` (the default) follows symbolic links as long as the file is below the root. `"follow"`
   * follows all, out of the root too. `"refuse"` answers 404 if there is a link on the way.
   */
  readonly symlinks?: Symlinks
  /**
   * Answers with `file.br`, `file.zst` or `file.gz` in place of `file`, if there is one and the client
   * accepts it. Whoever makes them keeps them up to date. Default `false`.
   */
  readonly precompressed?: boolean
  /** The Cache-Control of files, as `"public, max-age=3600"`. Default: none. */
  readonly cacheControl?: string | ((path: string) => string | undefined)
  /**
   * More headers of all answers; or, as a function of the path that was found (`"/a/b.html"`), of files
   * alone. They take the place of those that the file would give.
   */
  readonly headers?: HeadersInit | ((path: string) => HeadersInit | undefined)
  /** As in `fileResponse`. */
  readonly etag?: EtagStrength
  /** As in `fileResponse`. */
  readonly ranges?: number
}
