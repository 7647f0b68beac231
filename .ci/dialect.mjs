/**
 * Checks that tests are written so that both runtimes run them and count them alike, and that no other
 * code depends on the runtime that it runs in.
 *
 * @module
 */
import { findIn } from "./imports.mjs"

/**
 * @param {ReadonlyMap<string, string>} files the source of each file by its path from the root
 * @returns {string[]} one line for each thing that does not belong in a test
 */
export function foreignIn(files) {
  const problems = []
  for (const [path, source] of files) {
    if (!path.endsWith("_test.ts")) continue
    const { imports, calls } = findIn(source)
    const foreign = imports.find(({ specifier }) => specifier === "bun:test")
    if (foreign !== undefined) problems.push(`${path}:${foreign.line}: ${onlyNode}`)
    for (const { call, line } of calls) {
      const problem = problemOf(call)
      if (problem !== undefined) problems.push(`${path}:${line}: ${problem}`)
    }
  }
  return problems
}

/**
 * @param {ReadonlyMap<string, string>} files the source of each file by its path from the root
 * @returns {string[]} one line for each name of a runtime that stands outside of its folder
 */
export function misnamedIn(files) {
  const problems = []
  for (const [path, source] of files) {
    if (!/^(ffi|src)\//.test(path) || path.endsWith("_test.ts")) continue
    for (const { runtime, line } of findIn(source).runtimes) {
      const folder = `ffi/runtime/${runtime.toLowerCase()}/`
      if (!path.startsWith(folder)) {
        problems.push(`${path}:${line}: only ${folder} may name ${runtime}`)
      }
    }
  }
  return problems
}

/** @param {string} call */
function problemOf(call) {
  const [object, method] = call.split(".")
  if (call === "Deno.test") return onlyNode
  if (method === "only" && declaring.includes(object)) {
    return `${call} keeps other tests from running: take it out`
  }
  if (method === "skip" && !declaring.includes(object)) {
    return `Deno counts a test that skips itself by ${call} as passed: use the option "skip"`
  }
  return undefined
}

const onlyNode = 'tests are written with "node:test", which both runtimes have'
const declaring = ["test", "it", "describe", "suite"]
