/**
 * Something for each file descriptor. The kernel gives out the lowest free numbers, so an array has few
 * holes, and looking up, for each event, costs less than in a Map.
 */
export class ByDescriptor<T> {
  readonly #absent: T
  readonly #low: T[] = []
  /** A program may also give a descriptor a high number. */
  readonly #high = new Map<number, T>()

  /** `absent` is what a file descriptor has that nothing was set for. */
  constructor(absent: T) {
    this.#absent = absent
  }

  get(fd: number): T {
    if (fd < this.#low.length) return this.#low[fd]
    return fd < most ? this.#absent : this.#high.get(fd) ?? this.#absent
  }

  set(fd: number, value: T): void {
    if (fd >= most) return this.#setHigh(fd, value)
    // Without holes: an array with many of them becomes a dictionary.
    while (this.#low.length <= fd) this.#low.push(this.#absent)
    this.#low[fd] = value
  }

  #setHigh(fd: number, value: T): void {
    if (value === this.#absent) this.#high.delete(fd)
    else this.#high.set(fd, value)
  }

  /** What is set now. */
  all(): [fd: number, value: T][] {
    return [...this.#low.entries(), ...this.#high]
  }
}

/** From this number on, the array would be larger than what it saves. */
const most = 0x10000
