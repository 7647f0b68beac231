/**
 * Decides when memory that the kernel may still read can be released.
 *
 * A *hold* is one piece of memory, in the order of the byte stream. Each *completion* that the kernel
 * still owes takes bytes from one or more consecutive holds. A hold is released when it is sealed (no
 * more of its bytes will be sent) and no completion is owed for it, in whichever order that happens.
 * `release` is then called for its owner, exactly once.
 *
 * Holds are numbered from 0 upwards and never wrap. They live in a ring that grows by doubling, so that
 * the steady state allocates nothing.
 */
export class Holds<Owner> {
  readonly #release: (owner: Owner) => void
  #owners: (Owner | undefined)[] = []
  /** Completions that each hold waits for. */
  #pending = noWords
  #sealed = noBytes
  #first = 0
  #next = 0
  #held = 0

  /** `release` is called once for each owner. */
  constructor(release: (owner: Owner) => void) {
    this.#release = release
  }

  /** How many holds are not released. */
  get held(): number {
    return this.#held
  }

  /** The oldest hold that is not released, or the number of the next one. All before it are released. */
  get first(): number {
    return this.#first
  }

  /** The number that the next hold will get. */
  get next(): number {
    return this.#next
  }

  /** Opens a hold for `owner`, after all others, and returns its number. */
  open(owner: Owner): number {
    if (this.#next - this.#first === this.#owners.length) this.#grow()
    const slot = this.#next & (this.#owners.length - 1)
    this.#owners[slot] = owner
    this.#pending[slot] = 0
    this.#sealed[slot] = 0
    this.#held++
    return this.#next++
  }

  /** The owner of a hold that is not released. */
  owner(hold: number): Owner {
    return this.#owners[this.#slot(hold)] as Owner
  }

  /** Visits the owners of all holds that are not released, oldest first. */
  forEachHeld(visit: (owner: Owner) => void): void {
    for (let hold = this.#first; hold < this.#next; hold++) {
      const slot = hold & (this.#owners.length - 1)
      if (this.#sealed[slot] !== released) visit(this.#owners[slot] as Owner)
    }
  }

  /** The kernel owes one completion for bytes that were taken from the holds `first` to `last`. */
  owe(first: number, last: number): void {
    for (let hold = first; hold <= last; hold++) {
      const slot = this.#slot(hold)
      if (this.#sealed[slot] !== 0) {
        throw new Error(`Cannot send from hold ${hold}: it was sealed`)
      }
      this.#pending[slot]++
    }
  }

  /** A completion has come for the holds `first` to `last`. */
  complete(first: number, last: number): void {
    for (let hold = first; hold <= last; hold++) {
      // Look the slot up each time: `release` may send again, and the ring may grow.
      const slot = this.#slot(hold)
      this.#pending[slot]--
      if (this.#pending[slot] === 0 && this.#sealed[slot] !== 0) this.#free(slot)
    }
  }

  /** No more bytes of `hold` will be sent. It is released at once if no completion is owed for it. */
  seal(hold: number): void {
    const slot = this.#slot(hold)
    if (this.#sealed[slot] !== 0) throw new Error(`Cannot seal hold ${hold} twice`)
    this.#sealed[slot] = 1
    if (this.#pending[slot] === 0) this.#free(slot)
  }

  #free(slot: number): void {
    const owner = this.#owners[slot] as Owner
    this.#owners[slot] = undefined
    this.#sealed[slot] = released
    this.#held--
    const mask = this.#owners.length - 1
    while (this.#first < this.#next && this.#sealed[this.#first & mask] === released) this.#first++
    this.#release(owner)
  }

  #slot(hold: number): number {
    if (hold < this.#first || hold >= this.#next) {
      throw new RangeError(`Cannot use hold ${hold}: it is released, or was never opened`)
    }
    return hold & (this.#owners.length - 1)
  }

  #grow(): void {
    const size = this.#owners.length
    const grown = Math.max(initialSize, size * 2)
    const owners: (Owner | undefined)[] = new Array(grown).fill(undefined)
    const pending = new Uint32Array(grown)
    const sealed = new Uint8Array(grown)
    for (let hold = this.#first; hold < this.#next; hold++) {
      const from = hold & (size - 1)
      const to = hold & (grown - 1)
      owners[to] = this.#owners[from]
      pending[to] = this.#pending[from]
      sealed[to] = this.#sealed[from]
    }
    this.#owners = owners
    this.#pending = pending
    this.#sealed = sealed
  }
}

/** Values in `#sealed`: 0 open, 1 sealed, 2 released. */
const released = 2

const initialSize = 8

/** Shared by sockets that have never sent anything, because there may be ten thousand of them. */
const noWords = new Uint32Array(0)
const noBytes = new Uint8Array(0)
