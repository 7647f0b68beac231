import type { Dirent } from "node:fs"

/** A page that lists a folder, with links relative to its URL. */
export function listingPage(pathname: string, entries: readonly Dirent[]): string {
  const title = `Index of ${escapeHtml(shown(pathname))}`
  const items = [...entries].sort(byKindAndName).map((entry) => {
    const slash = entry.isDirectory() ? "/" : ""
    // Without `./` a name with a colon would be a URL.
    const href = `./${encodeURIComponent(entry.name)}${slash}`
    return `<li><a href="${escapeHtml(href)}">${escapeHtml(entry.name + slash)}</a></li>`
  })
  const up = pathname === "/" ? [] : ['<li><a href="../">../</a></li>']
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<ul>`,
    ...[...up, ...items],
    "</ul>\n</body>\n</html>\n",
  ].join("\n")
}

/** A listing needs neither scripts nor anything else that a name could smuggle in. */
export const listingPolicy = "default-src 'none'; frame-ancestors 'self'"

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

const shown = (pathname: string): string => {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function byKindAndName(a: Dirent, b: Dirent): number {
  const folders = Number(b.isDirectory()) - Number(a.isDirectory())
  return folders || collator.compare(a.name, b.name)
}

const collator = new Intl.Collator("en", { numeric: true })
