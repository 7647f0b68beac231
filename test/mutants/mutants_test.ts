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
const binaries = { [runtime]: process.execPath }
const timeout = 180_000

const inGate = mutants.filter(({ inGate }) => inGate)
const madeUp = {
  sound: make("sound", { find: "1 to 2**32.", replace: "1 or more." }),
  noCode: make("no code", { find: "export const nextId =", replace: "const nextId ==" }),
  absent: make("absent", { find: "not there at all", replace: "" }),
  ambiguous: make("ambiguous", { find: "hi", replace: "" }),
  noTest: make(
    "no test",
    { find: "(id + 1) >>> 0", replace: "id + 1" },
    "the id after the last one is 1",
  ),
}
let outcomes: Promise<readonly Outcome[]> | undefined

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

for (const mutant of inGate) {
  test(`a test notices: ${mutant.fault}`, { timeout }, async () => {
    const { is, how } = await outcomeOf(mutant)
    assert.equal(is, "caught", how)
  })
}

test("what changes nothing is missed", { timeout }, async () => {
  const { is, how } = await outcomeOf(madeUp.sound)
  assert.deepEqual({ is, how }, { is: "missed", how: "the test passes" })
})

test(
  "what keeps the code from loading is missed, whatever the test does",
  { timeout },
  async () => {
    const { is, how } = await outcomeOf(madeUp.noCode)
    assert.equal(is, "missed")
    assert.match(how, /^the test did not run/)
  },
)

test("what does not fit the code is missed, and says so", { timeout }, async () => {
  for (const mutant of [madeUp.absent, madeUp.ambiguous]) {
    const { is, how } = await outcomeOf(mutant)
    assert.equal(is, "missed")
    assert.match(
      how,
      /^Cannot edit src\/zerocopy\/range\.ts: the text to replace is (not )?there/,
    )
  }
})

test("a test that does not exist catches nothing", { timeout }, async () => {
  const { is, how } = await outcomeOf(madeUp.noTest)
  assert.equal(is, "missed")
  assert.match(how, /^the test does not pass without the fault/)
})

test("what never ends is caught", { timeout }, async () => {
  using tree = new Tree()
  const endless = "((): number => { for (;;); return id })()"
  const { edits, caughtBy } = make("endless", { find: "(id + 1) >>> 0", replace: endless })
  const [result] = await tree.withEdits(
    edits,
    () => runTests(tree, [{ ...caughtBy, runtime }], binaries, 2),
  )
  assert.equal(result.is, "failed")
})

test("a fault of types is found", { timeout }, async () => {
  const wrong = make("wrong", { find: "(id + 1) >>> 0", replace: "(idd + 1) >>> 0" })
  const sound = make("sound", { find: "(id + 1) >>> 0", replace: "id + 1" })
  const found = await wrongTypes([wrong, sound], denoPath())
  assert.deepEqual([...found.keys()], [wrong])
  assert.match(found.get(wrong) ?? "", /idd/)
})

/** What became of a mutant. The first who asks has all of them tried: to copy the project takes long. */
async function outcomeOf({ name }: Mutant): Promise<Outcome> {
  outcomes ??= tryAll([...inGate, ...Object.values(madeUp)].map(inThisRuntime), binaries, () => {})
  const found = (await outcomes).find(({ mutant }) => mutant.name === name)
  assert.ok(found, `nothing became of ${name}`)
  return found
}

const inThisRuntime = (mutant: Mutant): Mutant => ({
  ...mutant,
  caughtBy: { ...mutant.caughtBy, runtime },
})

function make(
  name: string,
  edit: { readonly find: string; readonly replace: string },
  test = "the id after the last one is 0",
): Mutant {
  return {
    name,
    fault: "",
    harm: "",
    edits: [{ file: "src/zerocopy/range.ts", ...edit }],
    caughtBy: { file: "src/zerocopy/range_test.ts", test },
  }
}

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
