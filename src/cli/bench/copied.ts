/** What was copied of so many bytes. */
export interface Copied {
  readonly bytes: number
  /** Bytes that are known to have been copied. */
  readonly copiedBytes: number
  /** Bytes for which the kernel did not report it. */
  readonly unknownBytes: number
}

/** As "100 %", or as a range where the kernel did not report all of it. */
export function copiedShare({ bytes, copiedBytes, unknownBytes }: Copied): string {
  const percent = (part: number) => Math.round(100 * part / bytes)
  const [least, most] = [percent(copiedBytes), percent(copiedBytes + unknownBytes)]
  return least === most ? `${least} %` : `${least}–${most} %`
}

/** Why Zerowire copied, in words that go on after "copied". */
export const meaningOf = (reason: string): string => meanings[reason] ?? reason

const meanings: Readonly<Record<string, string>> = {
  small: "too small to pin",
  local: "because the peer is this host, where the kernel copies in any case",
  copied: "after the kernel had reported COPIED",
  probing: "while a probe was under way",
  nobufs: "because the kernel had no room to pin more",
  unsupported: "because this kernel has no SO_ZEROCOPY",
  disabled: "because zero-copy is disabled",
  unowned: "because the memory belonged to the producer",
  isolate: "because the memory belonged to the isolate",
}

/** Reasons to copy over loopback. */
export const ofLoopback: readonly string[] = ["local", "copied", "probing"]
