/** The value of a header in the lines of a head; several lines are joined with a comma. */
export function fieldIn(lines: string, name: string): string | undefined {
  let value: string | undefined
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf("\r\n", at)
    const colon = at + name.length
    // Names are in small letters here, and most lines differ in length.
    if (lines[colon] === ":" && lines.substring(at, colon).toLowerCase() === name) {
      const found = lines.substring(colon + 1, end).trim()
      value = value === undefined ? found : `${value}, ${found}`
    }
    at = end + 2
  }
  return value
}
