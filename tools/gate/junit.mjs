import { XMLParser } from "fast-xml-parser"

/**
 * The tests of one file, from the report that `bun test` or `deno test` wrote of it.
 *
 * @param {string} xml
 * @returns {import("./tally.mjs").Verdict[]}
 */
export function verdictsOf(xml) {
  /** @type {Testcase[]} */
  const testcases = []
  collect(parser.parse(xml), [], testcases)
  return testcases.filter((testcase) => !isGroup(testcase, testcases)).map(verdictOf)
}

/**
 * @typedef {object} Testcase
 * @property {string} name the names of its groups and its own
 * @property {readonly Failure[]} failures
 * @property {boolean} skipped
 */

/** @typedef {string | { "#text"?: string, message?: string }} Failure */

/**
 * @typedef {object} Element
 * @property {string} [name]
 * @property {Element[]} [testsuites]
 * @property {Element[]} [testsuite]
 * @property {Element[]} [testcase]
 * @property {Failure[]} [failure]
 * @property {Failure[]} [error]
 * @property {unknown[]} [skipped]
 */

/**
 * @param {Element} element
 * @param {readonly string[]} groups
 * @param {Testcase[]} into
 */
function collect(element, groups, into) {
  for (const testcase of element.testcase ?? []) {
    into.push({
      name: [...groups, testcase.name ?? ""].join(separator),
      failures: [...testcase.failure ?? [], ...testcase.error ?? []],
      skipped: testcase.skipped !== undefined,
    })
  }
  for (const suites of element.testsuites ?? []) collect(suites, [], into)
  for (const suite of element.testsuite ?? []) {
    const name = suite.name ?? ""
    // The outermost suites are files; Deno has no others, and writes groups into the names.
    const isFile = /\.[cm]?[jt]s$/.test(name)
    collect(suite, isFile ? groups : [...groups, name], into)
  }
}

/**
 * Deno reports a group beside its tests. It counts only when it failed by itself: in a hook, say.
 *
 * @param {Testcase} testcase
 * @param {readonly Testcase[]} all
 */
function isGroup({ name, failures }, all) {
  const members = all.filter((other) => other.name.startsWith(name + separator))
  if (members.length === 0) return false
  return isExcused(failures) || members.some((member) => !isExcused(member.failures))
}

/**
 * @param {Testcase} testcase
 * @returns {import("./tally.mjs").Verdict}
 */
function verdictOf({ name, failures, skipped }) {
  if (skipped) return { result: "skipped", name }
  if (isExcused(failures)) return { result: "passed", name }
  return { result: "failed", name, detail: failures.map(textOf).join("\n") }
}

/**
 * Whether nothing failed, or nothing but Deno's search for leaks, which found only what is meant.
 *
 * @param {readonly Failure[]} failures
 */
const isExcused = (failures) =>
  failures.every((failure) => {
    const [title, ...lines] = textOf(failure).split("\n")
    if (title !== "Leaks detected:") return false
    return lines.filter((line) => line.startsWith("  - ")).every((line) =>
      meantToStay.some((words) => line.includes(words))
    )
  })

/** @param {Failure} failure */
function textOf(failure) {
  if (typeof failure === "string") return failure.trim()
  return (failure["#text"] || failure.message || "").trim()
}

/**
 * What outlives a test by design: libc is opened once and stays, and so does the one wait that all
 * sockets share.
 */
const meantToStay = ["A dynamic library was loaded", "a non blocking ffi call"]

const separator = " > "

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name, _path, _leaf, isAttribute) => !isAttribute && name !== "?xml",
})
