import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

/** The programs in C, built for this run. */
export interface Reference extends Disposable {
  /** Their paths, or nothing where there is no compiler. */
  readonly programs: Programs | undefined
}

/** A path for each file of `reference/`. */
export type Programs = Readonly<Record<(typeof names)[number], string>>

/**
 * Compiles the reference, where there is a C compiler.
 *
 * @throws {Error} when the compiler refuses.
 */
export function compileReference(compiler = "cc"): Reference {
  if (spawnSync(compiler, ["--version"], { stdio: "ignore" }).status !== 0) {
    return { programs: undefined, [Symbol.dispose]: () => {} }
  }
  const folder = new TemporaryFolder("zerowire-bench-")
  const compile = (name: string): string => {
    const source = fileURLToPath(new URL(`../reference/${name}.c`, import.meta.url))
    const program = join(folder.path, name)
    const command = ["-O2", "-Wall", "-Wextra", "-o", program, source]
    const { status, stderr, error } = spawnSync(compiler, command, { encoding: "utf8" })
    if (status === 0) return program
    throw new Error(`Cannot compile ${name}.c: ${error?.message ?? stderr}`)
  }
  try {
    const programs = Object.fromEntries(names.map((name) => [name, compile(name)])) as Programs
    return { programs, [Symbol.dispose]: () => folder[Symbol.dispose]() }
  } catch (failure) {
    folder[Symbol.dispose]()
    throw failure
  }
}

const names = [
  ...["sender", "receiver", "fanout", "counter", "pinger", "answerer"] as const,
  ...["sendfile", "relay", "feeder", "asker", "asked", "pacer", "taker"] as const,
] as const
