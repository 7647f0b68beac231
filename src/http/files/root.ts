import { constants, type Dirent } from "node:fs"
import { open, readdir, realpath } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Unsupported, ZerowireError } from "../../error/mod.ts"
import { linuxKernel, runtimeFiles } from "../../kernel/mod.ts"
import { givenFile, openChecked, type OpenFile } from "../../tcp/mod.ts"
import type { Symlinks } from "./symlinks.ts"

/**
 * A folder whose files are served, and nothing outside of it.
 *
 * A file is first opened, by the runtime on another thread, and then the kernel is asked what was opened
 * (`/proc/self/fd`). So there is no time between check and use in which a link could be swapped.
 * openat2(2) with RESOLVE_BENEATH would also refuse links that stay inside, if they are absolute; it would
 * wait for the disk on the JavaScript thread; and it would go around Deno's permission to read.
 */
export class Root {
  readonly #path: string
  readonly #symlinks: Symlinks
  #real: string | undefined

  constructor(path: string, symlinks: Symlinks) {
    this.#path = resolve(path)
    this.#symlinks = symlinks
  }

  /**
   * Opens a file by its names below the root, none of which may be `..` or contain a slash.
   *
   * @throws {ZerowireError} FileFailed, as if there were no file, for one that is outside of the root;
   * EISDIR for a folder. PermissionDenied, Unsupported.
   */
  async open(names: readonly string[]): Promise<OpenFile> {
    const path = join(this.#path, ...names)
    // Opened without a link on its way, it is just where its names say.
    const now = givenFile(path, use).openNow()
    if (now !== undefined) return now
    const file = await openChecked(path, (fd) => this.#mayServe(fd, names))
    if (this.#symlinks === "follow") return file
    const found = linuxKernel().identityOf(file.fd)
    if (found?.dev === file.identity.dev && found.ino === file.identity.ino) return file
    file.close()
    throw notChecked(path)
  }

  /**
   * The entries of a folder.
   *
   * @throws {Error} what the runtime throws; with the code ENOENT for a folder outside of the root.
   */
  async list(names: readonly string[]): Promise<readonly Dirent[]> {
    const path = join(this.#path, ...names)
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      if (!await this.#mayServe(handle.fd, names)) throw outside()
      const place = this.#symlinks === "follow" ? path : this.#placeOf(handle.fd) ?? path
      return await readdir(place, { withFileTypes: true })
    } finally {
      await handle.close()
    }
  }

  async #mayServe(fd: number, names: readonly string[]): Promise<boolean> {
    if (this.#symlinks === "follow") return true
    const place = this.#placeOf(fd)
    if (place === undefined) return false
    if (this.#real !== undefined && this.#contains(this.#real, place, names)) return true
    // At the first call; or the root is a link that has been set to another folder since.
    this.#real = await realpath(this.#path)
    return this.#contains(this.#real, place, names)
  }

  /** @throws {ZerowireError} Unsupported without libc. */
  #placeOf(fd: number): string | undefined {
    try {
      return runtimeFiles().pathOf(fd)
    } catch (cause) {
      throw notChecked(this.#path, cause)
    }
  }

  /** Without links on its way, the file is just where its names say. */
  #contains(root: string, place: string, names: readonly string[]): boolean {
    if (this.#symlinks === "refuse") return place === join(root, ...names)
    return place === root || place.startsWith(root === "/" ? root : `${root}/`)
  }
}

const use = { action: "serve a file", example: 'fileHandler("public")' }

const outside = (): Error => Object.assign(new Error("outside of the root"), { code: "ENOENT" })

const notChecked = (path: string, cause?: unknown): ZerowireError =>
  new ZerowireError(
    new Unsupported(
      `Cannot serve "${path}": this runtime provides no file descriptor for it, or there is no libc to ` +
        'ask, so that it is not known where the file is. Set `symlinks: "follow"` if that does not matter',
    ),
    cause,
  )
