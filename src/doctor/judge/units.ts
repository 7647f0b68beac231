/** `65536` as "64 KiB". */
export function inBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  if (bytes < 1024 * 1024) return `${round(bytes / 1024)} KiB`
  if (bytes < 1024 ** 3) return `${round(bytes / 1024 ** 2)} MiB`
  return `${round(bytes / 1024 ** 3)} GiB`
}

/** To one digit after the point, if it is not 0. */
const round = (value: number): string => String(Math.round(value * 10) / 10)
