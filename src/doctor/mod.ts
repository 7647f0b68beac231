/**
 * Examines the machine: would bytes be sent zero-copy from here? `look/` sees facts, and `judge/` makes
 * findings of them, without looking at anything else.
 *
 * @module
 */
export { doctor, type DoctorOptions } from "./doctor.ts"
export type { Finding, Level, Report, Subject } from "./finding.ts"
export { render } from "./render.ts"
