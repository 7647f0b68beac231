import { marked } from "marked"

/**
 * A block of TypeScript in the documentation.
 *
 * @typedef {object} Snippet
 * @property {string} path where it stands
 * @property {number} line of its first line of code
 * @property {string} code
 * @property {boolean} runs whether it is run, and not only checked
 * @property {readonly ("bun" | "deno")[]} runtimes those that it is for
 */

/**
 * The blocks that are marked `ts` in a page, or in the documentation comments of a source file. More
 * words after `ts` say more: `no-run` or `ignore` that it cannot run by itself, `bun` or `deno` that it
 * is for that runtime alone.
 *
 * @param {string} path
 * @param {string} text
 * @returns {readonly Snippet[]}
 */
export function snippetsIn(path, text) {
  if (path.endsWith(".md")) return snippetsOf(path, text, 1)
  return [...text.matchAll(/^[ \t]*\/\*\*.*?\*\//gms)].flatMap(({ 0: comment, index }) =>
    snippetsOf(path, comment.replaceAll(/^[ \t]*\/?\*+[ \t]?/gm, ""), lineAt(text, index))
  )
}

/**
 * @param {string} text
 * @param {number} index
 */
const lineAt = (text, index) => text.slice(0, index).split("\n").length

/**
 * @param {string} path
 * @param {string} markdown
 * @param {number} firstLine where the text starts in the file
 */
function snippetsOf(path, markdown, firstLine) {
  /** @type {Snippet[]} */
  const snippets = []
  let seen = 0
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type !== "code" || token.lang === undefined) return
    const [language, ...words] = token.lang.split(/[\s,]+/)
    if (language !== "ts" && language !== "typescript") return
    // A block inside a list has lost its indentation, so its first line is looked for.
    const fence = markdown.indexOf(`\`\`\`${token.lang}`, seen)
    seen = fence + 1
    snippets.push({
      path,
      line: firstLine + lineAt(markdown, fence),
      code: token.text,
      runs: !words.includes("no-run") && !words.includes("ignore"),
      runtimes: words.includes("bun")
        ? ["bun"]
        : words.includes("deno")
        ? ["deno"]
        : ["bun", "deno"],
    })
  })
  return snippets
}
