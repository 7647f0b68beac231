/** Looks into responses, as the standard does not allow. */
export interface Peek {
  /**
   * The text or the bytes of a response's body, which it may take; undefined if the body has to be read as a
   * stream.
   */
  body(response: Response): string | Uint8Array<ArrayBuffer> | undefined
  /**
   * The runtime's own file that is a response's body, which then counts as read; undefined if it is none, or
   * nobody can tell. It must be asked before anybody has asked for the body as a stream.
   */
  file(response: Response): object | undefined
  /** The fields of a response's headers, with names in small letters. */
  fields(response: Response): Fields
  /** Whether a response of a string has its Content-Type. Otherwise the runtime's own server would add it. */
  readonly typed: boolean
}

/** Names and values. */
export type Fields = readonly (readonly [name: string, value: string])[]
