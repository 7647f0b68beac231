import type { Courier, Kernel, Vector } from "../kernel/port.ts"

/** A courier and the vector of the call that it makes. */
export interface CourierJob {
  readonly courier: Courier
  readonly vector: Vector
}

/** A holder of a courier. */
export interface Borrower {
  /** Whether the courier is making a call. */
  readonly calling: boolean
  /** Gives up its courier, which is making no call. */
  surrender(): CourierJob
  /** Others want its courier. If it has had it for long, and the call can be ended, it gives it up soon. */
  askBack(): void
}

/** The couriers of a process: a few threads, lent to the sockets that have the most to send. */
export class CourierPool {
  readonly #kernel: Kernel
  readonly #idle: CourierJob[] = []
  readonly #borrowers = new Set<Borrower>()
  #started = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** How many are lent at the moment. */
  get busy(): number {
    return this.#borrowers.size
  }

  /**
   * A courier for `borrower`, or nothing if all are busy. If none is free, the idle one that has been
   * lent longest is taken back: its producer or its peer is slower than expected.
   */
  take(borrower: Borrower): CourierJob | undefined {
    const job = this.#idle.pop() ?? this.#start() ?? this.#steal()
    if (job !== undefined) this.#borrowers.add(borrower)
    return job
  }

  giveBack(borrower: Borrower, job: CourierJob): void {
    job.vector.clear()
    this.#borrowers.delete(borrower)
    this.#idle.push(job)
  }

  #start(): CourierJob | undefined {
    if (this.#started === maxCouriers) return undefined
    this.#started++
    return { courier: this.#kernel.courier(), vector: this.#kernel.vector(courierElements) }
  }

  #steal(): CourierJob | undefined {
    for (const borrower of this.#borrowers) {
      if (borrower.calling) continue
      this.#borrowers.delete(borrower)
      return borrower.surrender()
    }
    for (const borrower of this.#borrowers) borrower.askBack()
    return undefined
  }
}

/** In Bun each is a Worker of 8 MB. In Deno each takes one of the 32 threads that file reads use too. */
const maxCouriers = 4

/** Elements of a courier's call; the kernel's limit is 1024 (UIO_MAXIOV, include/uapi/linux/uio.h). */
const courierElements = 1024
