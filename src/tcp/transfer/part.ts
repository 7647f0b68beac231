/** Bytes, or a range of a file. */
export type Part = Uint8Array<ArrayBuffer> | FilePart

/** A range of a file, which has it. */
export interface FilePart {
  readonly start: number
  /** The byte after the last one. */
  readonly end: number
}

/** Bytes of a part. */
export const lengthOf = (part: Part): number =>
  part instanceof Uint8Array ? part.byteLength : part.end - part.start
