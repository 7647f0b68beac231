import type { Spread } from "../method/rows.ts"

/** `64 KiB`. */
export function bytes(count: number): string {
  if (count >= 2 ** 20 && count % 2 ** 20 === 0) return `${count / 2 ** 20} MiB`
  return count >= 1024 && count % 1024 === 0 ? `${count / 1024} KiB` : `${count} B`
}

/** Three digits that matter, and no more than three behind the point. */
export const number = (value: number): string =>
  value >= 100
    ? value.toFixed(0)
    : value >= 10
    ? value.toFixed(1)
    : value.toFixed(value < 1 ? 3 : 2)

/** `0.35 (0.33–0.41)`: the median, the least and the most. */
export const spread = ({ median, least, most }: Spread): string =>
  `${number(median)} (${number(least)}–${number(most)})`

/** `100 %`, and `0.4 %` of what is little. */
export const share = (part: number): string => {
  const percent = 100 * part
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`
}

/** `1,234`. */
export const count = (value: number): string => value.toLocaleString("en-US")

/** What the kernel said of its notification ids; nothing of one that sends none. */
export const copied = (
  { zerocopySends, kernelCopied, unknown }: {
    readonly zerocopySends: number
    readonly kernelCopied: number
    readonly unknown: number
  },
): string =>
  zerocopySends === 0
    ? "all, by choice"
    : `${count(kernelCopied)} of ${count(zerocopySends)}, ${count(unknown)} unknown`
