import { parameters, typeParameters, typeText } from "./type.mjs"

/** @typedef {import("./type.mjs").Type} Type */
/** @typedef {import("./type.mjs").Parameter} Parameter */
/** @typedef {import("./type.mjs").TypeParameter} TypeParameter */

/**
 * @typedef {object} Comment
 * @property {string} [doc]
 * @property {readonly { kind: string, doc?: string, tsType?: Type }[]} [tags]
 */

/**
 * A declaration as `deno doc --json` has it.
 *
 * @typedef {object} Declaration
 * @property {string} kind
 * @property {Comment} [jsDoc]
 * @property {{ filename: string, line: number, col: number }} location
 * @property {any} [def] what it is made of, by its kind
 */

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} text its signature
 * @property {Comment} [jsDoc]
 */

/**
 * What a class or an interface consists of, in the order of the source, but for what is no part of the
 * public API.
 *
 * @param {Declaration} declaration
 * @returns {readonly Member[]}
 */
export function membersOf({ kind, def }) {
  if (kind !== "class" && kind !== "interface") return []
  const found = [
    ...(def.constructors ?? []).map(withText((it) => `constructor(${parameters(it.params)})`)),
    ...(def.properties ?? []).map(withText(property)),
    ...(def.methods ?? []).map(withText(method)),
  ]
  return found.filter(({ jsDoc }) => !isInternal(jsDoc)).sort(bySource)
}

/**
 * A declaration in the words of TypeScript, with its members and without any body.
 *
 * @param {string} name
 * @param {Declaration} declaration
 */
export function signature(name, declaration) {
  const { kind, def } = declaration
  switch (kind) {
    case "function":
      return `function ${name}${call(def)}`
    case "variable":
      return `${def.kind} ${name}: ${typeText(def.tsType)}`
    case "typeAlias":
      return `type ${name}${typeParameters(def.typeParams)} = ${typeText(def.tsType)}`
    case "class":
    case "interface": {
      const members = membersOf(declaration).map(({ text }) => `\n  ${text}`)
      if (members.length > 0) members.push("\n")
      return `${kind} ${name}${typeParameters(def.typeParams)}${heritage(def)} {${
        members.join("")
      }}`
    }
  }
  throw new Error(`Cannot print ${name}, a ${kind}: teach tools/reference/signature.mjs to`)
}

/** @param {Comment | undefined} comment */
export const isInternal = (comment) => comment?.tags?.some(({ kind }) => kind === "internal")

/** @param {{ params: readonly Parameter[], typeParams?: readonly TypeParameter[], returnType?: Type }} def */
const call = ({ params, typeParams, returnType }) =>
  `${typeParameters(typeParams)}(${parameters(params)}): ${typeText(returnType)}`

/** @param {{ extends?: string | readonly Type[], implements?: readonly Type[] }} def */
function heritage({ extends: bases, implements: faces = [] }) {
  // That of a class is a name. One that starts small is a value of ours, which says nothing to users.
  const base = typeof bases === "string"
    ? /^[A-Z]/.test(bases) ? bases : ""
    : (bases ?? []).map(typeText).join(", ")
  return (base === "" ? "" : ` extends ${base}`) +
    (faces.length === 0 ? "" : ` implements ${faces.map(typeText).join(", ")}`)
}

/** @param {any} it */
const property = ({ name, readonly, optional, isStatic, tsType }) =>
  `${isStatic ? "static " : ""}${readonly ? "readonly " : ""}${name}${optional ? "?" : ""}: ${
    typeText(tsType)
  }`

/** @param {any} it */
function method({ name, kind, optional, isStatic, functionDef, ...signature }) {
  const before = isStatic ? "static " : ""
  if (kind === "getter") return `${before}get ${name}(): ${typeText(functionDef.returnType)}`
  if (kind === "setter") return `${before}set ${name}(${parameters(functionDef.params)})`
  return `${before}${name}${optional ? "?" : ""}${call(functionDef ?? signature)}`
}

/** @param {(it: any) => string} print */
const withText = (print) => (/** @type {any} */ it) => ({ ...it, text: print(it) })

/**
 * @param {{ location: { line: number } }} a
 * @param {{ location: { line: number } }} b
 */
const bySource = (a, b) => a.location.line - b.location.line
