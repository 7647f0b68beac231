/** What all reasons have in common. */
export abstract class FailureReason<Tag extends string> {
  /** Tells the reasons apart. */
  readonly _tag: Tag
  /** What failed, the numbers, the name of the error, and the usual cure. */
  readonly message: string

  /** @internal */
  constructor(tag: Tag, message: string) {
    this._tag = tag
    this.message = message
  }
}

/** What is usually done about an error, by its name. */
export type Cures = Readonly<Record<string, string>>

/** `message`, and the cure for `code` as a sentence of its own where there is one. */
export const withCure = (message: string, code: string, cures: Cures): string =>
  cures[code] === undefined ? message : `${message}. ${cures[code]}`
