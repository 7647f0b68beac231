import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { fileHandler, type FileHandlerRequest } from "../../src/http.ts"
import { ask, type Question, type Reply, replyOf } from "./ask.ts"
import { type Case, cases } from "./cases.ts"
import { ServedFolder } from "./files.ts"
import { RuntimeServer } from "./runtime_server.ts"
import { askWithTags } from "./tags.ts"

const folder = new ServedFolder()
after(() => folder[Symbol.dispose]())

const text = readFileSync(new URL("nginx.json", import.meta.url), "utf8")
const nginx: { version: string; replies: Record<string, Reply> } = JSON.parse(text)

const plain = fileHandler(folder.root)
const precompressed = fileHandler(folder.root, { precompressed: true })
const handler = (request: FileHandlerRequest): Promise<Response> =>
  new URL(request.url).pathname === "/page.html" ? precompressed(request) : plain(request)

describe(`the handler answers as ${nginx.version} does`, () => {
  for (const one of cases) {
    test(nameOf(one), async () => {
      const reply = await askWithTags(one, call)
      assert.deepEqual(compared(reply, one), compared(expected(one), one))
    })
  }
})

describe("it does so in the runtime's own server, on the wire", () => {
  let server: RuntimeServer
  before(() => void (server = new RuntimeServer(handler)))
  after(() => server.close())
  for (const one of cases) {
    test(nameOf(one), async () => {
      const reply = await askWithTags(one, (question) => ask(server.port, question))
      const wanted = expected(one)
      // Bun sends streams of more than one chunk without their length (oven-sh/bun#10507).
      const { "content-length": length, ...others } = wanted.headers
      const headers = reply.headers["content-length"] === undefined && "Bun" in globalThis &&
          Number(length) > 0 && one.method !== "HEAD"
        ? others
        : wanted.headers
      assert.deepEqual(compared(reply, one), compared({ ...wanted, headers }, one))
    })
  }
})

test("nginx was asked all of it", () => {
  assert.deepEqual(Object.keys(nginx.replies), cases.map(({ name }) => name))
})

function nameOf({ name, why }: Case): string {
  return why === undefined ? name : `${name} (not as nginx: ${why})`
}

async function call({ method = "GET", path, headers = {} }: Question): Promise<Reply> {
  const url = `http://localhost${path}`
  const response = await handler({ method, url, headers: new Headers(headers) })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return replyOf(response.status, response.headers, bytes)
}

/** What nginx said, unless the case knows better. */
function expected({ name, instead = {} }: Case): Reply {
  const reply = nginx.replies[name]
  const headers = { ...reply.headers, ...instead.headers }
  for (const [name, value] of Object.entries(headers)) if (value === undefined) delete headers[name]
  return {
    status: instead.status ?? reply.status,
    headers: headers as Record<string, string>,
    body: instead.body ?? reply.body,
  }
}

/** The whole reply, if it is a success. Each server has error pages of its own. */
function compared({ status, headers, body }: Reply, { path }: Case): unknown {
  if (status < 300 || status === 304) return { status, headers, body }
  const { location } = headers
  const url = `http://localhost${path}`
  return {
    status,
    range: headers["content-range"],
    location: location === undefined ? undefined : new URL(location, url).href,
  }
}
