/**
 * The doctor: examines whether bytes would be sent zero-copy from this machine, or to a certain host, and
 * says what is in the way and how it is cured. The command `zerowire doctor` prints the same.
 *
 * ```ts
 * import { doctor } from "zerowire/doctor"
 *
 * const { findings, worst } = await doctor({ hostname: "127.0.0.1", port: 9000 })
 * for (const { level, message, cure } of findings) console.log(level, message, cure ?? "")
 * console.log(worst)
 * ```
 *
 * @module zerowire/doctor
 */
export {
  doctor,
  type DoctorOptions,
  type Finding,
  type Level,
  type Report,
  type Subject,
} from "./doctor/mod.ts"
