/**
 * What a module exports, as text: every declaration without comments, in the order of the names. Uses the
 * compiler that typedoc uses, because TypeScript 7 has no such interface yet.
 *
 * @module
 */
import ts from "typescript"

/**
 * @param {readonly string[]} paths declaration files
 * @returns {readonly string[]} a report for each
 */
export function reportsOf(paths) {
  const options = { moduleResolution: ts.ModuleResolutionKind.Bundler, noLib: true, types: [] }
  const host = ts.createCompilerHost(options)
  // Only names are looked up, and all of them lead to the package's own files.
  host.resolveModuleNameLiterals = (literals, importer) =>
    literals.map(({ text }) =>
      text.startsWith(".")
        ? ts.resolveModuleName(text, importer, options, host)
        : { resolvedModule: undefined }
    )
  const program = ts.createProgram([...paths], options, host)
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  return paths.map((path) => {
    const file = program.getSourceFile(path)
    const module = file && checker.getSymbolAtLocation(file)
    if (module === undefined) throw new Error(`Cannot read ${path}`)
    const exported = checker.getExportsOfModule(module).toSorted((a, b) => a.name < b.name ? -1 : 1)
    return exported.map((symbol) => `// ${symbol.name}\n${textOf(symbol)}\n`).join("\n")
  })

  /** @param {ts.Symbol} symbol */
  function textOf(symbol) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return (target.declarations ?? []).map((declaration) => {
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
      return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
    }).join("\n")
  }
}
