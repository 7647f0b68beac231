import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import { edited, type Mutant } from "./mutant.ts"
import { page } from "./page.ts"
import { tryAll } from "./suite.ts"
import { groups } from "./table.ts"
import { Tree } from "./tree.ts"
import { type Outcome, runTests } from "./trial.ts"
import { wrongTypes } from "./types.ts"

const mutants = groups.flatMap((group) => group.mutants)
const runtime = "Deno" in globalThis ? "deno" : "bun"
const timeout = 180_000

test("every fault has a name of its own, a test file, and a place in the code as it is", () => {
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length)
  for (const { edits, caughtBy } of mutants) {
    assert.ok(existsSync(pathOf(caughtBy.file)), `there is no ${caughtBy.file}`)
    const texts = new Map<string, string>()
    for (const edit of edits) {
      const text = texts.get(edit.file) ?? readFileSync(pathOf(edit.file), "utf8")
      texts.set(edit.file, edited(text, edit))
    }
  }
})

test("docs/mutants.md is written from the list", () => {
  const written = readFileSync(pathOf("docs/mutants.md"), "utf8")
  assert.equal(written, page(groups), "run: npm run mutants -- --write")
})

for (const mutant of mutants.filter(({ inGate }) => inGate)) {
  test(`a test notices: ${mutant.fault}`, { timeout }, async () => {
    assert.deepEqual(await attempt(mutant), { is: "caught", how: "" })
  })
}

test("what changes nothing is missed", { timeout }, async () => {
  const { is, how } = await attempt(make({ find: "1 to 2**32.", replace: "1 or more." }))
  assert.deepEqual({ is, how }, { is: "missed", how: "the test passes" })
})

test(
  "what keeps the code from loading is missed, whatever the test does",
  { timeout },
  async () => {
    const { is, how } = await attempt(
      make({ find: "export const nextId =", replace: "const nextId ==" }),
    )
    assert.equal(is, "missed")
    assert.match(how, /^the test did not run/)
  },
)

test("what does not fit the code is missed, and says so", { timeout }, async () => {
  for (const find of ["not there at all", "hi"]) {
    const { is, how } = await attempt(make({ find, replace: "" }))
    assert.equal(is, "missed")
    assert.match(
      how,
      /^Cannot edit src\/zerocopy\/range\.ts: the text to replace is (not )?there/,
    )
  }
})

test("a test that does not exist catches nothing", { timeout }, async () => {
  const sound = make({ find: "(id + 1) >>> 0", replace: "id + 1" })
  const caughtBy = { ...sound.caughtBy, test: "the id after the last one is 1" }
  const { is, how } = await attempt({ ...sound, caughtBy })
  assert.equal(is, "missed")
  assert.match(how, /^the test does not pass without the fault/)
})

test("what never ends is caught", { timeout }, async () => {
  using tree = new Tree()
  const endless = "((): number => { for (;;); return id })()"
  const { edits, caughtBy } = make({ find: "(id + 1) >>> 0", replace: endless })
  const [result] = await tree.withEdits(
    edits,
    () => runTests(tree, [{ ...caughtBy, runtime }], { [runtime]: process.execPath }, 2),
  )
  assert.equal(result.is, "failed")
})

test("a fault of types is found", { timeout }, async () => {
  const wrong = make({ find: "(id + 1) >>> 0", replace: "(idd + 1) >>> 0" })
  const sound = { ...make({ find: "(id + 1) >>> 0", replace: "id + 1" }), name: "sound" }
  const found = await wrongTypes([wrong, sound], denoPath())
  assert.deepEqual([...found.keys()], [wrong])
  assert.match(found.get(wrong) ?? "", /idd/)
})

/** Tries a mutant in the runtime that this one is. What is said of a mutant that was caught varies. */
async function attempt(mutant: Mutant): Promise<Pick<Outcome, "is" | "how">> {
  const caughtBy = { ...mutant.caughtBy, runtime } as const
  const binaries = { [runtime]: process.execPath }
  const [{ is, how }] = await tryAll([{ ...mutant, caughtBy }], binaries, () => {})
  return { is, how: is === "caught" ? "" : how }
}

function make(edit: { readonly find: string; readonly replace: string }): Mutant {
  return {
    name: "made-up",
    fault: "",
    harm: "",
    edits: [{ file: "src/zerocopy/range.ts", ...edit }],
    caughtBy: { file: "src/zerocopy/range_test.ts", test: "the id after the last one is 0" },
  }
}

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
