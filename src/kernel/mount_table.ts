/** A mount of this process's view of the file systems. */
export interface Mount {
  /** As in `stx_mnt_id`. */
  readonly id: number
  /** The folder that it hides. */
  readonly point: string
  /** The name of its file system, as `ext4` or `fuse.sshfs`. */
  readonly type: string
}

/** The mounts, as /proc/self/mountinfo lists them (proc_pid_mountinfo(5)). */
export class MountTable {
  readonly #root: Mount | undefined
  readonly #children = new Map<number, Mount[]>()
  readonly #points = new Set<string>()

  constructor(text: string) {
    const entries = text.split("\n").flatMap(read)
    const ids = new Set(entries.map(({ mount }) => mount.id))
    for (const { mount, parent } of entries) {
      this.#points.add(mount.point)
      if (parent === mount.id || !ids.has(parent)) {
        if (mount.point === "/") this.#root ??= mount
        continue
      }
      const children = this.#children.get(parent)
      if (children === undefined) this.#children.set(parent, [mount])
      else children.push(mount)
    }
  }

  /**
   * The mount on which an absolute path lies that has no symbolic links, and no `.` or `..`. One that was
   * hidden by a later mount is not found, as the kernel does not find it.
   */
  at(path: string): Mount | undefined {
    let at = this.#root
    for (let next = at; next !== undefined; next = this.#next(next, path)) at = next
    return at
  }

  /** Whether something is mounted at just this path, be it hidden by now. */
  isPoint(path: string): boolean {
    return this.#points.has(path)
  }

  /** The first mount on the way from `mount` to `path`. */
  #next({ id }: Mount, path: string): Mount | undefined {
    let first: Mount | undefined
    for (const child of this.#children.get(id) ?? []) {
      const nearer = first === undefined || child.point.length < first.point.length
      if (nearer && covers(child.point, path)) first = child
    }
    return first
  }
}

const covers = (point: string, path: string): boolean =>
  point === "/" || path === point || path.startsWith(`${point}/`)

/** The fields are: id, parent, device, root, mount point, options, any number more, `-`, type, source, … */
function read(line: string): { readonly mount: Mount; readonly parent: number }[] {
  const fields = line.split(" ")
  const dash = fields.indexOf("-", 6)
  if (dash < 0 || fields.length < dash + 2) return []
  const point = fields[4].replaceAll(/\\([0-7]{3})/g, unescape)
  const mount = { id: Number(fields[0]), point, type: fields[dash + 1] }
  return [{ mount, parent: Number(fields[1]) }]
}

/** Spaces, tabs, line feeds and backslashes (`mangle` in fs/proc_namespace.c). */
const unescape = (_: string, digits: string): string => String.fromCharCode(parseInt(digits, 8))
