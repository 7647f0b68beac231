/**
 * Serves files to itself, and prints the status of each answer or the reason of the failure. Run by
 * `http_files_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { fileHandler } from "../../src/http.ts"
import { ZerowireError } from "../../src/mod.ts"

const [root, symlinks, ...paths] = process.argv.slice(2)
const handle = fileHandler(root, { symlinks: symlinks as "inside" | "follow", listing: true })
const answers: unknown[] = []
for (const path of paths) {
  try {
    answers.push((await handle(new Request(`http://localhost${path}`))).status)
  } catch (failure) {
    answers.push(failure instanceof ZerowireError ? failure.reason._tag : String(failure))
  }
}
process.stdout.write(`${JSON.stringify(answers)}\n`)
