/**
 * Preloaded by `deno test`: lets Deno look for leaks in tests of `node:test`, which turns the search
 * off whatever the command line says (`--sanitize-ops`, `--sanitize-resources`).
 *
 * @module
 */
const { Deno: deno } = globalThis as unknown as { Deno: { test: (definition: object) => void } }
const { test } = deno

deno.test = (definition) => test({ ...definition, sanitizeOps: true, sanitizeResources: true })
