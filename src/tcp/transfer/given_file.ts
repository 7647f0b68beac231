import { awaitInstead, show, type Taker } from "../../argument/mod.ts"
import { builtin, type CachedFile, openCached, type OpenedFile } from "../../kernel/mod.ts"
import type { RuntimeFile } from "./options.ts"
import { isRuntimeFile, openAgain, openPath } from "./runtime_file.ts"

/** A file, as a caller has passed it. */
export interface GivenFile {
  /** Its name in messages. */
  readonly name: string
  /**
   * Opens it for reading, with its own file descriptor and position.
   *
   * @throws {Error} what the runtime throws if the file cannot be opened.
   */
  open(): Promise<OpenedFile>
  /** Opens it at once, if nothing has to wait for that; otherwise returns nothing, and `open` is to be asked. */
  openNow?(): CachedFile | undefined
}

/** What a function does with a file, for messages. */
type Use = Pick<Taker, "action" | "example">

/**
 * The file that a caller has named or opened: a path, a `file:` URL as a string (from
 * `import.meta.resolve`, say) or as a `URL`, a `Bun.file`, a `Deno.FsFile`, or a FileHandle of
 * `node:fs/promises`.
 *
 * @throws {TypeError} if it is not a file.
 */
export function toFile(file: unknown, use: Use): GivenFile {
  if (isRuntimeFile(file)) return { name: nameOf(file), open: () => openAgain(file) }
  const path = toPath(file, use)
  return { name: path, open: () => openPath(path), openNow: () => openCached(path) }
}

function nameOf(file: RuntimeFile): string {
  const { name } = file as { readonly name?: unknown }
  return typeof name === "string" ? name : `an open file (${show(file)})`
}

/**
 * The path that a caller has given, as such or as a `file:` URL.
 *
 * @throws {TypeError} if it is neither.
 */
export function toPath(file: unknown, use: Use): string {
  if (isUrl(file)) return pathOf(file.href, use)
  if (typeof file !== "string" || file === "" || file.includes("\0")) throw notAFile(file, use)
  return file.startsWith("file://") ? pathOf(file, use) : file
}

const notAFile = (file: unknown, { action, example }: Use): TypeError =>
  new TypeError(
    typeof file === "string"
      ? `Cannot ${action} by the path ${
        show(file)
      }: a path must not be empty or contain a zero byte`
      : `Cannot ${action}: got ${show(file)} instead of a path or an open file. ` +
        (awaitInstead(file) ?? `Call it as in ${example}`),
  )

function pathOf(url: string, { action }: Use): string {
  let path: string
  try {
    path = builtin.url.fileURLToPath(url)
  } catch (cause) {
    const { message } = cause as Error
    throw new TypeError(`Cannot ${action} by the URL ${url}: ${message}`, { cause })
  }
  if (path.includes("\0")) {
    throw new TypeError(`Cannot ${action} by the URL ${url}: a path must not contain a zero byte`)
  }
  return path
}

/** Checks the members, because a URL may come from another realm. */
const isUrl = (value: unknown): value is URL =>
  typeof value === "object" && value !== null &&
  "href" in value && typeof value.href === "string" &&
  "protocol" in value && typeof value.protocol === "string"
