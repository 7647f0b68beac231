/**
 * A type as `deno doc --json` has it.
 *
 * @typedef {object} Type
 * @property {string} kind
 * @property {any} value what it is made of, by its kind
 * @property {string} [repr]
 */

/**
 * A parameter, of a function or of a type of one.
 *
 * @typedef {object} Parameter
 * @property {string} kind
 * @property {string} [name]
 * @property {boolean} [optional]
 * @property {Type} [tsType]
 * @property {Parameter} [left] what has a default
 * @property {Parameter} [arg] what takes the rest
 */

/**
 * @typedef {object} TypeParameter
 * @property {string} name
 * @property {Type} [constraint]
 * @property {Type} [default]
 */

/**
 * A type in the words of TypeScript.
 *
 * @param {Type | undefined} type
 * @returns {string}
 * @throws {Error} for a kind of type that nothing public had so far: print it here
 */
export function typeText(type) {
  if (type === undefined) return "unknown"
  const { kind, value } = type
  switch (kind) {
    case "keyword":
      return value
    case "literal":
      return value.kind === "string" ? JSON.stringify(value.string) : String(type.repr)
    case "typeRef":
      return value.typeName + typeArguments(value.typeParams)
    case "union":
      return value.map(inside).join(" | ")
    case "intersection":
      return value.map(inside).join(" & ")
    case "array":
      return `${inside(value)}[]`
    case "tuple":
      return `[${value.map(typeText).join(", ")}]`
    case "parenthesized":
      return typeText(value)
    case "typeOperator":
      return `${value.operator} ${inside(value.tsType)}`
    case "indexedAccess":
      return `${inside(value.objType)}[${typeText(value.indexType)}]`
    case "fnOrConstructor":
      return `${value.constructor ? "new " : ""}${typeParameters(value.typeParams)}(${
        parameters(value.params)
      }) => ${typeText(value.tsType)}`
  }
  throw new Error(`Cannot print a type of the kind "${kind}": teach tools/reference/type.mjs to`)
}

/**
 * What stands between the brackets of a function.
 *
 * @param {readonly Parameter[]} list
 */
export const parameters = (list) => list.map(parameter).join(", ")

/**
 * `<T extends Base = Default>`, or nothing.
 *
 * @param {readonly TypeParameter[] | undefined} list
 */
export function typeParameters(list = []) {
  if (list.length === 0) return ""
  return `<${
    list.map(({ name, constraint, default: ifNone }) =>
      name + (constraint === undefined ? "" : ` extends ${typeText(constraint)}`) +
      (ifNone === undefined ? "" : ` = ${typeText(ifNone)}`)
    ).join(", ")
  }>`
}

/** @param {readonly Type[] | undefined} list */
const typeArguments = (list = []) => list.length === 0 ? "" : `<${list.map(typeText).join(", ")}>`

/** @param {Parameter} given */
function parameter(given) {
  if (given.kind === "rest" && given.arg !== undefined) {
    return `...${nameOf(given.arg)}: ${typeText(given.tsType ?? given.arg.tsType)}`
  }
  const { kind, left } = given
  const hasDefault = kind === "assign" && left !== undefined
  const inner = hasDefault ? left : given
  const mark = hasDefault || inner.optional === true ? "?" : ""
  return `${nameOf(inner)}${mark}: ${typeText(inner.tsType)}`
}

/**
 * What is taken apart at once has no name: it is options here.
 *
 * @param {Parameter} given
 */
const nameOf = ({ kind, name }) => kind === "identifier" && name !== undefined ? name : "options"

/**
 * With brackets where the kind of a type needs them as part of another one.
 *
 * @param {Type} type
 */
const inside = (type) =>
  ["union", "intersection", "fnOrConstructor", "typeOperator"].includes(type.kind)
    ? `(${typeText(type)})`
    : typeText(type)
