/** In lines that fit a terminal, each after `indent`. */
export function wrapped(text: string, indent = ""): string {
  const lines = [""]
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]
    const line = last === "" ? word : `${last} ${word}`
    if (last !== "" && indent.length + line.length > mostColumns) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return lines.map((line) => `${indent}${line}`).join("\n")
}

const mostColumns = 79
