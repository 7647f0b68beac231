/** Finds the ends of answers that come one at a time, without looking at each byte. */
export class Answer {
  #head = ""
  /** Bytes of the body that have not come; Infinity if it comes in chunks. */
  #missing = 0
  #tail = ""

  /**
   * Whether this is the end of an answer.
   *
   * @param {Buffer} bytes
   */
  endsWith(bytes) {
    if (this.#missing === 0) {
      this.#head += bytes.toString("latin1")
      const end = this.#head.indexOf("\r\n\r\n")
      if (end < 0) return false
      const length = /^content-length: *(\d+)/im.exec(this.#head)?.[1]
      this.#missing = Number(length ?? Infinity) - (this.#head.length - end - 4)
      this.#head = ""
    } else this.#missing -= bytes.byteLength
    if (this.#missing < Infinity) return this.#missing === 0
    // Nothing follows before it is asked for, so the last bytes that came are those of the last chunk.
    this.#tail = (this.#tail + bytes.toString("latin1", Math.max(0, bytes.byteLength - 7))).slice(
      -7,
    )
    if (this.#tail !== "\r\n0\r\n\r\n") return false
    this.#missing = 0
    return true
  }
}
