import { alsoExported, grouped, indexOf } from "./contents.mjs"
import { elsewhere, linksOf, referred, targetOf } from "./links.mjs"
import { isInternal, membersOf, signature } from "./signature.mjs"
import { typeText } from "./type.mjs"

/** @typedef {import("./signature.mjs").Comment} Comment */
/** @typedef {import("./signature.mjs").Declaration} Declaration */
/** @typedef {import("./links.mjs").Known} Known */
/** @typedef {import("./links.mjs").Symbol} Symbol */
/** @typedef {{ module_doc: Comment, symbols: readonly Symbol[] }} Module */

/**
 * The page of an entry point, in Markdown. What another page has is only named.
 *
 * @param {string} page its file name
 * @param {string} name what users import
 * @param {Module} module
 * @param {Known} known what other pages have; what this one has is added
 */
export function pageOf(page, name, { module_doc, symbols }, known) {
  const shown = symbols.filter(({ declarations }) => !isInternal(declarations[0].jsDoc))
  const there = shown.filter((symbol) => known.has(targetOf(symbol)))
  const here = shown.filter((symbol) => !there.includes(symbol))
  for (const symbol of here) known.set(targetOf(symbol), { page, module: name, name: symbol.name })
  const groups = grouped(here)
  const links = linksOf(shown, page, known)
  return [
    `# ${name}`,
    "<!-- Written by `npm run reference` from the comments of the sources: change those. -->",
    textOf(module_doc),
    ...indexOf(groups, there.length > 0),
    ...groups.flatMap(([title, members]) => [
      `## ${title}`,
      ...members.flatMap((symbol) => sectionOf(symbol, links)),
    ]),
    ...(there.length === 0 ? [] : [`## ${alsoExported}`, elsewhere(there, known)]),
  ].join("\n\n")
}

/**
 * @param {Symbol} symbol
 * @param {ReadonlyMap<string, string>} links
 */
function sectionOf({ name, declarations }, links) {
  const [first] = declarations
  if (first.kind === "namespace") return namespaceOf(name, first)
  const signatures = declarations.map((declaration) => signature(name, declaration)).join("\n")
  return [
    `### ${name}`,
    code(signatures),
    referred(name, signatures, links),
    textOf(first.jsDoc),
    membersOf(first).map(({ name, text, jsDoc }) => item(shortOf(name, text), jsDoc)).join("\n"),
  ].filter((part) => part !== "")
}

/**
 * @param {string} name
 * @param {Declaration} declaration
 */
function namespaceOf(name, { jsDoc, def }) {
  /** @type {readonly Symbol[]} */
  const elements = def.elements
  return [
    `### ${name}`,
    textOf(jsDoc),
    elements.map(({ name: inner, declarations: [first] }) =>
      item(signature(inner, first).replace(/^(const|function) /, `${name}.`), first.jsDoc)
    ).join("\n"),
  ]
}

/**
 * A bullet point: the code, and what the comment says.
 *
 * @param {string} text
 * @param {Comment | undefined} comment
 */
const item = (text, comment) => `- \`${text}\`: ${textOf(comment)}`.replaceAll(/\n(?=.)/g, "\n  ")

/**
 * A member in a list. Its type stands above, in the declaration.
 *
 * @param {string} name
 * @param {string} text
 */
const shortOf = (name, text) =>
  text.startsWith("get ") || !/^[^:]+\(/.test(text) ? name : `${name}()`

/**
 * What a comment says, with what it says of failures.
 *
 * @param {Comment | undefined} comment
 */
function textOf({ doc = "", tags = [] } = {}) {
  const failures = tags.filter(({ kind }) => kind === "throws").map(({ tsType, doc = "" }) => {
    if (tsType === undefined) return `Throws ${doc.trim()}`
    // What begins with a name lists the reasons.
    return `Throws \`${typeText(tsType)}\`${/^[A-Z]/.test(doc) ? ":" : ""} ${doc.trim()}`
  })
  return [doc.trim(), ...failures].filter((part) => part !== "").join("\n\n")
}

/** @param {string} text */
const code = (text) => `\`\`\`ts\n${text}\n\`\`\``
