/** What a URL's path names below a root. */
export interface Target {
  /** The decoded names. None is empty, `.` or `..`, or contains a slash, a backslash or a zero byte. */
  readonly names: readonly string[]
  /** Whether it ends with a slash. */
  readonly folder: boolean
}

/**
 * Decodes the path of a URL behind `prefix`. Returns 400 for what no URL should be, and 404 for a path
 * that cannot name a file below the root.
 */
export function targetOf(pathname: string, prefix: string): Target | 400 | 404 {
  const path = pathname.slice(prefix.length)
  if (!pathname.startsWith(prefix) || path !== "" && !path.startsWith("/")) return 404
  const names: string[] = []
  // Slashes in a row count as one, as in a file system.
  for (const piece of path.split("/").filter((piece) => piece !== "")) {
    const name = decoded(piece)
    if (name === undefined || name.includes("\0")) return 400
    // `%2F` is no separator, and `%2E%2E` no way up. On Linux a name may contain a backslash; elsewhere it
    // separates names, so whoever sends one is looking for a way out.
    if (name === "." || name === ".." || /[/\\]/.test(name)) return 404
    names.push(name)
  }
  return { names, folder: path.endsWith("/") }
}

function decoded(piece: string): string | undefined {
  try {
    return decodeURIComponent(piece)
  } catch {
    // A stray percent sign, or bytes that are not UTF-8.
    return undefined
  }
}
