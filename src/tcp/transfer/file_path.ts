import { fileURLToPath } from "node:url"
import { awaitInstead, show } from "../../argument/mod.ts"
import { sendFileTaker } from "../known_options.ts"

/**
 * The path that a file is named by: a path, or a `file:` URL as `import.meta.resolve` gives it (a
 * string) or as a `URL`.
 *
 * @throws {TypeError} for what names no file.
 */
export function toPath(file: unknown): string {
  if (isUrl(file)) return pathOf(file.href)
  if (typeof file !== "string" || file === "" || file.includes("\0")) throw notAPath(file)
  return file.startsWith("file://") ? pathOf(file) : file
}

const notAPath = (file: unknown): TypeError =>
  new TypeError(
    typeof file === "string"
      ? `Cannot send the file ${show(file)}: a path has a character at least, and no zero byte`
      : `Cannot send a file: ${show(file)} was given instead of its path. ` +
        (awaitInstead(file) ?? `Call it as in ${sendFileTaker.example}`),
  )

function pathOf(url: string): string {
  let path: string
  try {
    path = fileURLToPath(url)
  } catch (cause) {
    throw new TypeError(`Cannot send a file by the URL ${url}: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (path.includes("\0")) throw new TypeError(`Cannot send a file by the URL ${url}: it has a NUL`)
  return path
}

/** By its members: a URL of another realm is one, too. */
const isUrl = (value: unknown): value is URL =>
  typeof value === "object" && value !== null &&
  "href" in value && typeof value.href === "string" &&
  "protocol" in value && typeof value.protocol === "string"
