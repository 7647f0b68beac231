import type { ServeInfo } from "../../http/mod.ts"

/** A request under way. */
export interface Exchange {
  readonly info: ServeInfo
  /** Gives the server its response. */
  answer(response: Response): void
}
