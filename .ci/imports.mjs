import { parse } from "@babel/parser"

/**
 * @typedef {object} Found
 * @property {readonly { specifier: string, line: number }[]} imports of values and of types
 * @property {readonly { runtime: "Bun" | "Deno", line: number }[]} runtimes that the code names
 * @property {readonly { call: string, line: number }[]} calls of a method: `t.skip`
 * @property {readonly { text: string, line: number }[]} comments of the form `/** … *\/`
 */

/**
 * What a file of TypeScript or JavaScript imports and names.
 *
 * @param {string} source
 * @returns {Found}
 */
export function findIn(source) {
  /** @type {{ specifier: string, line: number }[]} */
  const imports = []
  /** @type {{ runtime: "Bun" | "Deno", line: number }[]} */
  const runtimes = []
  /** @type {{ call: string, line: number }[]} */
  const calls = []
  const { program, comments } = parse(source, {
    sourceType: "module",
    // What is wrong with a file is for the type check to say.
    errorRecovery: true,
    plugins: ["typescript", "explicitResourceManagement"],
  })
  visit(program, (node) => {
    const line = node.loc?.start.line ?? 0
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push({ specifier, line })
    const runtime = runtimeOf(node)
    if (runtime !== undefined) runtimes.push({ runtime, line })
    const call = callOf(node)
    if (call !== undefined) calls.push({ call, line })
  })
  return {
    imports,
    runtimes,
    calls,
    comments: (comments ?? []).filter(({ type, value }) =>
      type === "CommentBlock" && value.startsWith("*")
    ).map(({ value, loc }) => ({ text: value, line: loc?.start.line ?? 0 })),
  }
}

/**
 * A node of the syntax tree; only what is looked at here.
 *
 * @typedef {object} Node
 * @property {string} type
 * @property {{ start: { line: number } }} [loc]
 * @property {string} [name]
 * @property {unknown} [value]
 * @property {Node} [source] of an import or export
 * @property {Node} [argument] of `import("…")` as a type
 * @property {Node} [callee]
 * @property {Node[]} [arguments]
 * @property {Node} [object]
 * @property {Node} [property]
 */

/** @param {Node} node */
function specifierOf(node) {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
      return textOf(node.source)
    case "TSImportType":
      return textOf(node.argument)
    case "CallExpression":
      return node.callee?.type === "Import" ? textOf(node.arguments?.[0]) : undefined
    default:
      return undefined
  }
}

/** @param {Node} node */
function runtimeOf(node) {
  if (node.type === "Identifier" && (node.name === "Bun" || node.name === "Deno")) return node.name
  if (node.type === "StringLiteral" && String(node.value).startsWith("bun:")) return "Bun"
  // The source of a Worker is text.
  if (node.type === "TemplateElement" && JSON.stringify(node.value).includes('from \\"bun:')) {
    return "Bun"
  }
  return undefined
}

/** @param {Node} node */
function callOf({ type, callee }) {
  if (type !== "CallExpression" || callee?.type !== "MemberExpression") return undefined
  if (callee.object?.name === undefined || callee.property?.name === undefined) return undefined
  return `${callee.object.name}.${callee.property.name}`
}

/** @param {Node | undefined} node */
const textOf = (node) => typeof node?.value === "string" ? node.value : undefined

/**
 * @param {object} node
 * @param {(node: Node) => void} see
 */
function visit(node, see) {
  if ("type" in node) see(/** @type {Node} */ (node))
  for (const child of Object.values(node)) {
    if (typeof child === "object" && child !== null) visit(child, see)
  }
}
