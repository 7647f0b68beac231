import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Reference } from "./compiler.ts"
import type { Link } from "./link.ts"

/**
 * Starts the receiver that everybody sends to, and answers its port. It ends with the link. Without a
 * C compiler it runs in Bun, and is slower for all alike.
 */
export async function listen(link: Link, { programs }: Reference): Promise<number> {
  const command = programs ? [programs.receiver] : [process.execPath, inBun]
  const child = link.receive([...command, link.address])
  if (child.stdout === null) throw new Error("Cannot hear the receiver")
  for await (const line of createInterface(child.stdout)) return Number(line)
  throw new Error("The receiver has ended")
}

const inBun = fileURLToPath(new URL("../rivals/receiver.mjs", import.meta.url))
