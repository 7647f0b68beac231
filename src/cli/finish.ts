import process from "node:process"

/** Ends the process: with the status of `run`, or with a message and `failed`. */
export async function finish(run: () => Promise<number>, failed = 1): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure)
    process.stderr.write(`zerowire: ${message.replace(onlyInCode, "")}\n`)
    process.exitCode = failed
  }
}

/** A cure that a program has and a command line has not. */
const onlyInCode = /\. Or pass `fallback: "runtime"` .*$/
