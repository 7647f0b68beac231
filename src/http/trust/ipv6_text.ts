/** The text of an IPv6 address, as the kernel's addresses have it. A URL writes it as RFC 5952 says. */
export function ipv6Text(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(2 * i).toString(16))
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1)
}
