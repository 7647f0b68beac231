/**
 * Makes sure that the dependencies and both runtimes are installed. Uses only Node itself, because it
 * runs before anything is installed. package.json tells npm which systems, processors and versions of
 * Node are supported.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** The folder of the project. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Something is missing. The message says what it is and how to get it. */
export class NotReady extends Error {}

/** The real binaries. The commands that npm links may be Node programs that start them. */
const binaries = {
  bun: join(root, "node_modules/bun/bin/bun.exe"),
  deno: join(root, "node_modules/deno/deno"),
}

/**
 * Installs what is missing, and says so on standard error.
 *
 * @throws {NotReady}
 */
export function makeReady() {
  const stale = reasonToInstall()
  if (stale !== undefined) install(stale, "ci", "--include=dev", "--include=optional")
  // Since version 11 npm may skip the packages' own scripts, which put the binaries in place.
  const absent = absentBinary()
  if (absent !== undefined) install(absent, "rebuild", "--ignore-scripts=false", "bun", "deno")
  const still = absentBinary()
  if (still === undefined) return binaries
  throw new NotReady(
    `Cannot run without both runtimes: ${still}. They need glibc, such as Debian's. If it is there, ` +
      "remove node_modules and try again",
  )
}

/** Whether `makeReady` has nothing to do. */
export const isReady = () => reasonToInstall() === undefined && absentBinary() === undefined

const reasonToInstall = () =>
  staleness(read("package-lock.json"), read("node_modules/.package-lock.json"))

const absentBinary = () =>
  Object.values(binaries).filter((path) => spawnSync(path, ["--version"]).status !== 0)
    .map((path) => `${path} does not run`)[0]

/**
 * Why the installed packages do not match the lock file; undefined if they do.
 *
 * @param {string | undefined} lockFile
 * @param {string | undefined} installedFile npm's own record of the last installation
 */
export function staleness(lockFile, installedFile) {
  if (lockFile === undefined) return "there is no package-lock.json"
  if (installedFile === undefined) return "node_modules is missing"
  /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */
  const locked = JSON.parse(lockFile)
  /** @type {typeof locked} */
  const installed = JSON.parse(installedFile)
  for (const [path, { version, optional }] of Object.entries(locked.packages)) {
    const found = installed.packages[path]?.version
    // Optional packages are for other platforms.
    if (path === "" || found === version || (optional === true && found === undefined)) continue
    return `${path} is ${found ?? "missing"}, and package-lock.json wants ${version}`
  }
  return undefined
}

/**
 * @param {string} reason
 * @param {...string} words for npm
 */
function install(reason, ...words) {
  process.stderr.write(`Running npm ${words[0]}, because ${reason}\n`)
  const [command, ...args] = [...npm(), ...words, "--no-audit", "--no-fund", "--loglevel=warn"]
  // npm prints to standard error: standard output is for the script's own result.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] })
  if (status === 0) return
  throw new NotReady(
    `Cannot install the dependencies: npm ${words[0]} ` +
      `${error?.message ?? `ended with status ${status}`}. Look above for the reason. If the ` +
      "registry could not be reached, connect to a network or set npm's registry or proxy, and try again",
  )
}

/**
 * How to call npm: the same npm that runs this script, if one does.
 *
 * @returns {[string, ...string[]]}
 */
export function npm() {
  const { npm_execpath: script, npm_node_execpath: node = "node" } = process.env
  return script?.endsWith(".js") ? [node, script] : ["npm"]
}

/** @param {string} path */
function read(path) {
  const absolute = join(root, path)
  return existsSync(absolute) ? readFileSync(absolute, "utf8") : undefined
}
