/**
 * Preloaded by `deno test`. Makes Deno look for leaks in tests of `node:test`, which otherwise turns the
 * search off in spite of `--sanitize-ops` and `--sanitize-resources`.
 *
 * @module
 */
const { Deno: deno } = globalThis as unknown as { Deno: { test: (definition: object) => void } }
const { test } = deno

deno.test = (definition) => test({ ...definition, sanitizeOps: true, sanitizeResources: true })
