import type { Courier, Kernel, Vector } from "../kernel.ts"

/** A courier and the vector of the call that it makes. */
export interface CourierJob {
  readonly courier: Courier
  readonly vector: Vector
}

/** The couriers of a process: a few threads, lent to the sockets that have most to send. */
export class CourierPool {
  readonly #kernel: Kernel
  readonly #idle: CourierJob[] = []
  #started = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** How many are with a socket now. */
  get busy(): number {
    return this.#started - this.#idle.length
  }

  /** A courier, or nothing when all are busy. */
  take(): CourierJob | undefined {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#started === maxCouriers) return undefined
    this.#started++
    return { courier: this.#kernel.courier(), vector: this.#kernel.vector(courierElements) }
  }

  giveBack(job: CourierJob): void {
    job.vector.clear()
    this.#idle.push(job)
  }
}

/** In Bun each is a Worker of 8 MB, in Deno each takes one of 32 threads that file reads use too. */
const maxCouriers = 4

/** Elements of a courier's call; the kernel's limit is 1024 (UIO_MAXIOV, include/uapi/linux/uio.h). */
export const courierElements = 256
