/** @typedef {import("./signature.mjs").Declaration} Declaration */
/** @typedef {{ name: string, declarations: readonly Declaration[] }} Symbol */

/**
 * Where symbols stand that were described already, by `file:line:column`.
 *
 * @typedef {Map<string, { page: string, module: string, name: string }>} Known
 */

/**
 * Where the names lead that this entry point exports.
 *
 * @param {readonly Symbol[]} symbols
 * @param {string} page
 * @param {Known} known
 * @returns {ReadonlyMap<string, string>}
 */
export const linksOf = (symbols, page, known) =>
  new Map(symbols.map((symbol) => {
    const { page: home, name } = known.get(targetOf(symbol)) ?? { page, name: symbol.name }
    return [symbol.name, `[\`${symbol.name}\`](${home === page ? "" : home}#${anchorOf(name)})`]
  }))

/**
 * Links to what a declaration names: a block of code has none.
 *
 * @param {string} name what is declared
 * @param {string} signatures
 * @param {ReadonlyMap<string, string>} links
 */
export function referred(name, signatures, links) {
  const names = new Set(signatures.replaceAll(/"[^"]*"/g, "").match(/[\w$.]+/g))
  const found = [...links].filter(([other]) =>
    other !== name && names.has(other) && /^[A-Z]/.test(other)
  )
  return found.length === 0 ? "" : `See ${found.map(([, link]) => link).join(", ")}.`
}

/**
 * A list of links to what another page describes.
 *
 * @param {readonly Symbol[]} symbols
 * @param {Known} known
 */
export function elsewhere(symbols, known) {
  return symbols.map((symbol) => {
    const at = known.get(targetOf(symbol))
    return `- [\`${symbol.name}\`](${at?.page}#${anchorOf(at?.name ?? "")}) of \`${at?.module}\``
  }).sort().join("\n")
}

/**
 * What a symbol is known by, also where it is exported again.
 *
 * @param {Symbol} symbol
 */
export function targetOf({ declarations: [{ kind, def, location }] }) {
  const { filename, line, col } = kind === "reference" ? def.target : location
  return `${filename}:${line}:${col}`
}

/**
 * As GitHub makes it from a title.
 *
 * @param {string} title
 */
export const anchorOf = (title) => title.toLowerCase().replaceAll(" ", "-")
