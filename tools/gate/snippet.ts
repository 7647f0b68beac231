/** A block of TypeScript in the documentation. */
export interface Snippet {
  readonly path: string
  /** The line number of its first line of code. */
  readonly line: number
  readonly code: string
  /** Whether it is run as well as checked. */
  readonly runs: boolean
  /** The runtimes that it is for. */
  readonly runtimes: readonly ("bun" | "deno")[]
}

/**
 * The blocks marked `ts` in a page, or in the documentation comments of a source file. `ts` may be
 * followed by `no-run` or `ignore` for a block that cannot run by itself, and by `bun` or `deno` for one
 * that is only for that runtime.
 */
export function snippetsIn(path: string, text: string): readonly Snippet[] {
  // The margin is a list's indentation in a page, and has the star in a comment.
  const block = path.endsWith(".md")
    ? /^(?<margin> *)```ts\b(?<words>.*)\n(?<code>[^]*?)^\k<margin>```$/gm
    : /^(?<margin> +\*) ```ts\b(?<words>.*)\n(?<code>(?:\k<margin>.*\n)*?)\k<margin> ```$/gm
  return [...text.matchAll(block)].map(({ index, groups: { margin, words, code } = {} }) => ({
    path,
    line: text.slice(0, index).split("\n").length + 1,
    code: code.trimEnd().split("\n").map((line) =>
      line.slice(margin.length).replace(margin.endsWith("*") ? " " : "", "")
    ).join("\n"),
    runs: !/\b(no-run|ignore)\b/.test(words),
    runtimes: (["bun", "deno"] as const).filter((runtime) =>
      !/\b(bun|deno)\b/.test(words) || words.includes(runtime)
    ),
  }))
}
