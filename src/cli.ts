#!/usr/bin/env node
/**
 * The command `zerowire`. npm's launchers start it in Node, which cannot call libc, so from there it starts
 * itself again in Bun or Deno.
 *
 * @module zerowire/cli
 */
import process from "node:process"
import { program } from "./cli/program.ts"

await program(import.meta.url).parseAsync(process.argv.slice(2), { from: "user" })
