import mime from "mime"
import { basename } from "node:path"

/** The Content-Type of a file of this name. Text is taken for UTF-8. */
export function mediaTypeOf(path: string): string {
  const name = basename(path)
  // A file that is called "html" is not one.
  const type = name.lastIndexOf(".") > 0 ? mime.getType(name) : null
  if (type === null) return "application/octet-stream"
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type
}
