/**
 * This process's file descriptors, from /proc.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

/**
 * The inodes of all sockets of this process; a socket with two file descriptors appears twice. Unix
 * sockets are left out, because a runtime may open some at any time.
 */
export function socketInodes(): readonly string[] {
  const inodes = descriptors().flatMap(({ target }) =>
    target.match(/^socket:\[(\d+)\]$/)?.[1] ?? []
  )
  const unix = new Set(readFileSync("/proc/self/net/unix", "utf8").split(/\s+/))
  return inodes.filter((inode) => !unix.has(inode))
}

/** The file descriptors of the epoll instances that watch the socket with this inode. */
export const watchers = (inode: string): readonly string[] =>
  descriptors().filter(({ fd, target }) => {
    if (!target.includes("eventpoll")) return false
    const watched = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")
    return new RegExp(`\\bino:${Number(inode).toString(16)}\\b`).test(watched)
  }).map(({ fd }) => fd)

/** Waits until this process has closed a file, or all files in a folder, which takes a turn or two. */
export async function untilClosed(path: string): Promise<void> {
  while (isOpen(path)) await setTimeout(1)
}

/** Whether this process has a file open, or one in this folder. */
export const isOpen = (path: string): boolean =>
  descriptors().some(({ target }) => target === path || target.startsWith(`${path}/`))

export function descriptors(): readonly { readonly fd: string; readonly target: string }[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [{ fd, target: readlinkSync(`/proc/self/fd/${fd}`) }]
    } catch {
      // The one that the listing itself was read through.
      return []
    }
  })
}
