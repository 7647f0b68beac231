/**
 * Whether a field may follow the body. Those that decide about the message, its route, who sends it, what it
 * asks for or how its body is read may not (RFC 9110, section 6.5.1): whoever merges trailers into the headers
 * would let the end of a message change its beginning.
 *
 * @param name in small letters.
 */
export const mayTrail = (name: string): boolean => !forbidden.has(name)

const forbidden: ReadonlySet<string> = new Set([
  ...["authorization", "cache-control", "connection", "content-encoding", "content-length"],
  ...["content-range", "content-type", "cookie", "expect", "forwarded", "host", "if-match"],
  ...["if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive"],
  ...["max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["range", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["www-authenticate", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
])
