import { anchorOf } from "./links.mjs"

/** @typedef {import("./signature.mjs").Comment} Comment */
/** @typedef {import("./links.mjs").Symbol} Symbol */

/**
 * Symbols by their kind, each kind in the order of the alphabet.
 *
 * @param {readonly Symbol[]} symbols
 * @returns {readonly (readonly [string, readonly Symbol[]])[]}
 */
export const grouped = (symbols) =>
  kindsOf.map(([title, kinds]) => /** @type {const} */ ([
    title,
    symbols.filter(({ declarations }) => kinds.includes(declarations[0].kind))
      .sort((a, b) => a.name < b.name ? -1 : 1),
  ])).filter(([, members]) => members.length > 0)

/**
 * What the page has, each with the first sentence of its comment.
 *
 * @param {ReturnType<typeof grouped>} groups
 * @param {boolean} more whether there is something that another page describes
 */
export const indexOf = (groups, more) => [
  ...groups.flatMap(([title, members]) => [
    `**[${title}](#${anchorOf(title)})**`,
    members.map(({ name, declarations: [{ jsDoc }] }) =>
      `- [\`${name}\`](#${anchorOf(name)}): ${firstSentence(jsDoc)}`
    ).join("\n"),
  ]),
  ...(more
    ? [`**[${alsoExported}](#${anchorOf(alsoExported)})**: what another page describes.`]
    : []),
]

/** @param {Comment | undefined} comment */
function firstSentence({ doc = "" } = {}) {
  const [paragraph] = doc.trim().split(/\n\n|\n- /)
  const sentence = paragraph.replaceAll("\n", " ").match(/^.*?[.](?= [A-Z`]|$)/)?.[0]
  return sentence ?? paragraph.replaceAll("\n", " ").replace(/:$/, ".")
}

/** The title above what another page describes. */
export const alsoExported = "Also exported"

/** @type {readonly (readonly [string, readonly string[]])[]} */
const kindsOf = [
  ["Functions", ["function"]],
  ["Classes", ["class"]],
  ["Types", ["interface", "typeAlias"]],
  ["Values", ["variable", "namespace", "enum"]],
]
