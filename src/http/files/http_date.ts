/**
 * Milliseconds since 1970 of a date in a header: the usual form or one of the two obsolete ones (RFC
 * 9110, section 5.6.7). Returns undefined for anything else, which the conditions then ignore.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of forms) {
    const groups = form.exec(text)?.groups
    if (groups === undefined) continue
    const [month, day] = [months.indexOf(groups.month), Number(groups.day)]
    const [hour, minute] = [Number(groups.hour), Number(groups.minute)]
    // A leap second, 60, is the next minute's first.
    const second = Number(groups.second)
    const year = groups.year.length === 2 ? fullYear(Number(groups.year), now) : Number(groups.year)
    const time = Date.UTC(year, month, day, hour, minute, second)
    // Date.UTC takes 30 February for a day in March.
    return hour < 24 && minute < 60 && second <= 60 &&
        new Date(time - 1000 * second).getUTCDate() === day
      ? time
      : undefined
  }
  return undefined
}

/** The usual form; what it does not show of a second is cut off. */
export const formatHttpDate = (time: number): string => new Date(time).toUTCString()

/** A year that seems to be more than 50 years ahead is the last one with these digits. */
function fullYear(digits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - thisYear % 100 + digits
  return year > thisYear + 50 ? year - 100 : year
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const month = `(?<month>${months.join("|")})`
const time = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)"
const shortDay = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
const longDay = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
const forms = [
  new RegExp(`^${shortDay}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
  new RegExp(`^${shortDay} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
]
