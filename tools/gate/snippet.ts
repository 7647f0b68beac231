/** A block of TypeScript in the documentation. */
export interface Snippet {
  readonly path: string
  /** Of its first line of code. */
  readonly line: number
  readonly code: string
  /** Whether it is run, and not only checked. */
  readonly runs: boolean
  /** Those that it is for. */
  readonly runtimes: readonly ("bun" | "deno")[]
}

/**
 * The blocks that are marked `ts` in a page, or in the documentation comments of a source file. More
 * words after `ts` say more: `no-run` or `ignore` that it cannot run by itself, `bun` or `deno` that it
 * is for that runtime alone.
 */
export function snippetsIn(path: string, text: string): readonly Snippet[] {
  // In a page the margin is that of a list, in a comment it has the star.
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
