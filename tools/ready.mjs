/**
 * Makes sure that the dependencies and both runtimes are there. Uses nothing but Node itself, because
 * it runs before anything is installed.
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

/** Something is missing; the message says what, and the cure. */
export class NotReady extends Error {}

/**
 * Installs what is missing, and says so on standard error.
 *
 * @returns {{ bun: string, deno: string }} the paths of the real binaries: what npm links as commands
 *   may be Node programs that start them.
 * @throws {NotReady}
 */
export function makeReady() {
  const obstacle = hostObstacle(process)
  if (obstacle !== undefined) throw new NotReady(obstacle)
  const stale = reasonToInstall()
  if (stale !== undefined) install(stale)
  return { bun: binary(bunPlaces), deno: binary(denoPlaces) }
}

/** Whether `makeReady` would find that everything is there. */
export function isReady() {
  return hostObstacle(process) === undefined && reasonToInstall() === undefined &&
    [bunPlaces, denoPlaces].every(({ paths }) => runs(paths[0]))
}

const reasonToInstall = () =>
  staleness(read("package-lock.json"), read("node_modules/.package-lock.json"))

/**
 * Why this host cannot run the project, or nothing.
 *
 * @param {{ platform: string, arch: string, version: string, report?: { getReport(): object } }} host
 */
export function hostObstacle({ platform, arch, version, report }) {
  if (platform !== "linux") {
    return `Cannot run on ${platform}: MSG_ZEROCOPY is Linux's. Use a Linux host, machine or container`
  }
  if (arch !== "x64" && arch !== "arm64") {
    return `Cannot run on ${arch}: Bun and Deno exist for x64 and arm64. Use such a host`
  }
  if (Number(version.slice(1).split(".", 1)[0]) < oldestNode) {
    return `Cannot run with Node ${version}: npm and these scripts need Node ${oldestNode} or newer. ` +
      `Install one from https://nodejs.org`
  }
  const header = /** @type {{ header?: object } | undefined} */ (report?.getReport())?.header
  if (header !== undefined && !("glibcVersionRuntime" in header)) {
    return "Cannot run without glibc: Deno's npm package has no binary for musl. " +
      "Use a distribution with glibc, such as Debian"
  }
  return undefined
}

/**
 * Why the installed packages are not those of the lock file, or nothing.
 *
 * @param {string | undefined} lockFile
 * @param {string | undefined} installedFile what npm itself wrote of the last installation
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
    // Optional packages are for other platforms, except the one that `binary` looks for.
    if (path === "" || found === version || (optional === true && found === undefined)) continue
    return `${path} is ${found ?? "missing"}, and package-lock.json wants ${version}`
  }
  return undefined
}

/** @param {string} reason */
function install(reason) {
  say(`Running npm ci, because ${reason}`)
  const options = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=warn",
  ]
  const [command, ...args] = npm()
  // What npm prints is not ours: standard output belongs to the main job.
  const { status, error } = spawnSync(command, [...args, ...options], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  })
  if (status === 0) return
  throw new NotReady(
    `Cannot install the dependencies: npm ci ${error?.message ?? `ended with status ${status}`}. ` +
      "Look above for the reason. If the registry could not be reached, connect to a network or set " +
      "npm's registry or proxy, and try again",
  )
}

/**
 * How to call npm: under `npm start` the very one that was called.
 *
 * @returns {readonly [string, ...string[]]}
 */
export function npm() {
  const script = process.env.npm_execpath
  return script?.endsWith(".js") ? [process.execPath, script] : ["npm"]
}

/**
 * @typedef {object} Places
 * @property {string} name
 * @property {readonly string[]} paths where the binary can lie, the best place first
 * @property {string} script the package's own script, which puts it there
 */

/**
 * The first binary that runs. Since version 11 npm may leave out the packages' own scripts, which put
 * the binaries in place, so where none runs the script is run here.
 *
 * @param {Places} places
 */
function binary(places) {
  const found = places.paths.find(runs)
  if (found === places.paths[0]) return join(root, found)
  say(`Putting ${places.name}'s binary in place`)
  const script = join(root, places.script)
  const { status, stderr, error } = spawnSync(process.execPath, [script], {
    cwd: dirname(script),
    encoding: "utf8",
  })
  const now = places.paths.find(runs)
  if (now !== undefined) return join(root, now)
  throw new NotReady(
    `Cannot run ${places.name}: there is no working binary at ${places.paths.join(" or ")}, and ` +
      `${places.script} did not help (${error?.message ?? `status ${status}`}). ` +
      `Remove node_modules and run npm ci. ${stderr ?? ""}`.trim(),
  )
}

/** @param {string} path */
function runs(path) {
  const absolute = join(root, path)
  if (!existsSync(absolute)) return false
  return spawnSync(absolute, ["--version"], { stdio: "ignore" }).status === 0
}

/** @param {string} path */
function read(path) {
  const absolute = join(root, path)
  return existsSync(absolute) ? readFileSync(absolute, "utf8") : undefined
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`)
}

const oldestNode = 20

/** @type {Places} */
const bunPlaces = {
  name: "Bun",
  paths: [
    "node_modules/bun/bin/bun.exe",
    `node_modules/@oven/bun-linux-${process.arch === "arm64" ? "aarch64" : "x64"}/bin/bun`,
  ],
  script: "node_modules/bun/install.js",
}

/** @type {Places} */
const denoPlaces = {
  name: "Deno",
  paths: ["node_modules/deno/deno", `node_modules/@deno/linux-${process.arch}-glibc/deno`],
  script: "node_modules/deno/install.cjs",
}
