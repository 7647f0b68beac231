/**
 * Readiness of every socket of the library: one epoll instance, waited for off the JavaScript thread
 * and only while somebody waits. And deadlines, all on one timer.
 *
 * @module
 */
export { Deadline, Deadlines } from "./deadlines.ts"
export { later } from "./later.ts"
export type { Patience } from "./patient.ts"
export { type Handler, type Interest, Reactor } from "./reactor.ts"
export { TurnEnd } from "./turn_end.ts"
