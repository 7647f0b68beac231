import { XMLParser } from "fast-xml-parser"
import type { Verdict } from "./tally.ts"

/** The tests of one file, read from the report of `bun test` or `deno test`. */
export function verdictsOf(xml: string): Verdict[] {
  const testcases = testcasesOf(parser.parse(xml), [])
  return testcases.filter((testcase) => !isGroup(testcase, testcases)).map(verdictOf)
}

interface Testcase {
  /** The names of its groups, then its own. */
  readonly name: string
  readonly failures: readonly Failure[]
  readonly skipped: boolean
}

type Failure = string | { readonly "#text"?: string; readonly message?: string }

interface Element {
  readonly name?: string
  readonly testsuites?: readonly Element[]
  readonly testsuite?: readonly Element[]
  readonly testcase?: readonly Element[]
  readonly failure?: readonly Failure[]
  readonly error?: readonly Failure[]
  readonly skipped?: readonly unknown[]
}

const testcasesOf = (element: Element, groups: readonly string[]): readonly Testcase[] => [
  ...(element.testcase ?? []).map(({ name = "", failure = [], error = [], skipped }) => ({
    name: [...groups, name].join(separator),
    failures: [...failure, ...error],
    skipped: skipped !== undefined,
  })),
  ...(element.testsuites ?? []).flatMap((suites) => testcasesOf(suites, [])),
  ...(element.testsuite ?? []).flatMap((suite) => {
    const { name = "" } = suite
    // The outermost suites are files. Deno has no other suites, and puts groups into the names.
    return testcasesOf(suite, /\.[cm]?[jt]s$/.test(name) ? groups : [...groups, name])
  }),
]

/** Deno reports a group as well as its tests. It counts only if it failed by itself, as in a hook. */
function isGroup({ name, failures }: Testcase, all: readonly Testcase[]): boolean {
  const members = all.filter((other) => other.name.startsWith(name + separator))
  if (members.length === 0) return false
  return isExcused(failures) || members.some((member) => !isExcused(member.failures))
}

function verdictOf({ name, failures, skipped }: Testcase): Verdict {
  if (skipped) return { result: "skipped", name }
  if (isExcused(failures)) return { result: "passed", name }
  return { result: "failed", name, detail: failures.map(textOf).join("\n") }
}

/** Whether nothing failed, or only Deno's search for leaks, which found nothing but intended ones. */
const isExcused = (failures: readonly Failure[]): boolean =>
  failures.every((failure) => {
    const [title, ...lines] = textOf(failure).split("\n")
    return title === "Leaks detected:" && lines.filter((line) => line.startsWith("  - "))
      .every((line) => meantToStay.some((words) => line.includes(words)))
  })

const textOf = (failure: Failure): string =>
  (typeof failure === "string" ? failure : failure["#text"] || failure.message || "").trim()

/**
 * Intended leaks: libc is opened once and stays open, and so does the one wait that all sockets share.
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
