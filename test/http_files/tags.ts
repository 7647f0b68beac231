import type { Question, Reply } from "./ask.ts"

/**
 * Asks with the server's own entity tags in place of `{etag}`, the file's, and `{gzip}`, its compressed
 * neighbour's, and has these names in the reply in turn: each server makes tags of its own.
 */
export async function askWithTags(
  question: Question,
  send: (question: Question) => Promise<Reply>,
): Promise<Reply> {
  const { path, headers = {} } = question
  const tagOf = async (accepted: string) =>
    (await send({ path, headers: { "accept-encoding": accepted } })).headers.etag
  const tags = { "{gzip}": await tagOf("gzip"), "{etag}": await tagOf("identity") }
  const filled = Object.entries(headers).map(([name, value]) => {
    for (const [place, tag] of Object.entries(tags)) value = value.replace(place, tag ?? place)
    return [name, value] as const
  })
  const reply = await send({ ...question, headers: Object.fromEntries(filled) })
  const { etag } = reply.headers
  if (etag === undefined) return reply
  const place = etag === tags["{etag}"] ? "{etag}" : etag === tags["{gzip}"] ? "{gzip}" : etag
  return { ...reply, headers: { ...reply.headers, etag: place } }
}
