import { stat } from "node:fs/promises"
import process from "node:process"
import { type Completed, fileHandler, type Limits, serve, type Server } from "../http/mod.ts"
import type { HostPort } from "./address.ts"
import { onSignal } from "./on_signal.ts"

export interface ServeFlags {
  readonly port: HostPort
  readonly listing?: boolean
  readonly dotfiles?: boolean
  readonly precompressed?: boolean
  readonly cacheControl?: string
  readonly connections?: number
  readonly connectionsPerAddress?: number
  /** Seconds. */
  readonly deadline: number
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Serves a folder until the process is interrupted, and returns the exit status. */
export async function serveFolder(folder: string, flags: ServeFlags): Promise<number> {
  await checkFolder(folder)
  // A log that nobody reads any more does not stop the server.
  process.stdout.on("error", () => {})
  const { listing, dotfiles, precompressed, cacheControl, quiet = false } = flags
  const files = fileHandler(folder, given({ listing, dotfiles, precompressed, cacheControl }))
  const server = serve({
    ...flags.port,
    limits: limitsOf(flags),
    onListen: ({ hostname, port }) => {
      if (!quiet) say(`Listening on ${hostname}, port ${port}: serving ${folder}`)
    },
    onError: (failure) => {
      say(`zerowire: ${failure instanceof Error ? failure.message : failure}`)
      return new Response("500 Internal Server Error\n", { status: 500 })
    },
    ...(quiet ? {} : { onComplete: flags.json ? logJson : logLine }),
  }, files)
  await server.ready
  onSignal(() => stop(server, flags), () => 0)
  await server.finished
  return 0
}

/** The handler would answer 404 to everything. */
async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`Cannot serve ${folder}: ${code}. Name a folder that exists and may be read`)
  })
  if (!found.isDirectory()) {
    throw new TypeError(`Cannot serve a file: ${folder} is not a folder`)
  }
}

/** Idle connections end at once. A second signal ends the process, and resets what is open. */
async function stop(server: Server, { deadline, quiet = false }: ServeFlags): Promise<void> {
  const explain = () => {
    const { connections } = server
    const open = connections === 1 ? "1 connection" : `${connections} connections`
    say(`Stopping: waits up to ${deadline} s for ${open}; interrupt it again to stop at once`)
  }
  const timer = quiet ? undefined : setTimeout(explain, patienceMillis)
  await server.shutdown({ deadline: deadline * 1000 })
  clearTimeout(timer)
}

function limitsOf({ connections, connectionsPerAddress }: ServeFlags): Partial<Limits> {
  return given({ connections, connectionsPerAddress })
}

function logLine({ remoteAddr, method, path, status, bytes, ms }: Completed): void {
  const words = [now(), remoteAddr.hostname, method, path, status, bytes, ms.toFixed(1)]
  process.stdout.write(`${words.join(" ")}\n`)
}

function logJson({ remoteAddr, ...completed }: Completed): void {
  const line = { time: now(), client: remoteAddr.hostname, ...completed }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const now = (): string => new Date().toISOString()

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Without the members that are undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> }
}

const patienceMillis = 300
