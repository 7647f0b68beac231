/**
 * A plugin for `deno lint`. It checks that both runtimes run the same tests and count them alike, and
 * that only `ffi/runtime` depends on a runtime.
 *
 * @module
 */
const root = new URL("../", import.meta.url).pathname

const plugin: Deno.lint.Plugin = {
  name: "zerowire",
  rules: {
    "runtime-at-home": {
      create(context) {
        const path = context.filename.replace(root, "")
        if (!/^(ffi|src)\//.test(path) || isTest(path)) return {}
        const refuse = (runtime: string, node: Deno.lint.Node) => {
          const folder = `ffi/runtime/${runtime.toLowerCase()}/`
          if (path.startsWith(folder)) return
          context.report({ node, message: `Only ${folder} may name ${runtime}` })
        }
        return {
          "Identifier[name=/^(Bun|Deno)$/]": (node: Deno.lint.Identifier) =>
            refuse(node.name, node),
          "Literal[value=/^bun:/]": (node: Deno.lint.StringLiteral) => refuse("Bun", node),
          // The source of a Worker is a string.
          TemplateElement(node) {
            if (/from "bun:/.test(node.cooked)) refuse("Bun", node)
          },
        }
      },
    },
    "test-for-both": {
      create(context) {
        if (!isTest(context.filename)) return {}
        const refuse = (message: string) => (node: Deno.lint.Node) =>
          context.report({ node, message })
        return {
          'ImportDeclaration[source.value="bun:test"]': refuse(onlyNode),
          'CallExpression[callee.object.name="Deno"][callee.property.name="test"]': refuse(
            onlyNode,
          ),
          [`CallExpression[callee.object.name=${declaring}][callee.property.name="only"]`]: refuse(
            "This keeps other tests from running: take it out",
          ),
          [
            `CallExpression[callee.object.type="Identifier"]:not([callee.object.name=${declaring}])` +
            '[callee.property.name="skip"]'
          ]: refuse(
            'Deno counts a test that skips itself as passed: use the option "skip"',
          ),
        }
      },
    },
  },
}
export default plugin

const isTest = (path: string) => path.endsWith("_test.ts")
const onlyNode = 'Tests are written with "node:test", which both runtimes have'
const declaring = "/^(test|it|describe|suite)$/"
