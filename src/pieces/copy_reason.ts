/**
 * Why bytes are copied.
 * - `small`: below the threshold, where pinning pages costs more than copying them
 * - `local`: the peer is this host, where the kernel copies in any case
 * - `copied`: the kernel reported that it had copied
 * - `probing`: one element is in flight to find out whether zero-copy works again
 * - `nobufs`: the kernel had no room for another pinned page or notification (ENOBUFS)
 * - `unsupported`: the socket has no SO_ZEROCOPY, as all Unix domain sockets
 * - `disabled`: the option `zerocopy: "never"`
 * - `unowned`: the memory belongs to the producer, and no slot was free to copy it to
 * - `isolate`: the memory belongs to an isolate that may end before its process, and no slot was free
 */
export type CopyReason =
  | "small"
  | "local"
  | "copied"
  | "probing"
  | "nobufs"
  | "unsupported"
  | "disabled"
  | "unowned"
  | "isolate"

/** All of them, in the order in which they are listed. */
export const copyReasons: readonly CopyReason[] = [
  ...["small", "local", "copied", "probing", "nobufs"] as const,
  ...["unsupported", "disabled", "unowned", "isolate"] as const,
]
