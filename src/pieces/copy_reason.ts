/**
 * Why bytes go by copy.
 * - `small`: under the threshold, where pinning pages costs more than copying them
 * - `local`: the peer is this host, where the kernel copies in any case
 * - `copied`: the kernel reported that it had copied
 * - `probing`: one element is under way to find out whether zero-copy has come back
 * - `nobufs`: the kernel had no room for another pinned page or notification (ENOBUFS)
 * - `unsupported`: the socket has no SO_ZEROCOPY
 * - `disabled`: the user said so
 * - `unowned`: the memory is the producer's, and no slot was free to copy it to
 * - `isolate`: the memory is this isolate's, which may end before its process, and no slot was free
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
