/**
 * Readiness of every socket of the library: one epoll instance, waited for off the JavaScript thread
 * and only while somebody waits.
 *
 * @module
 */
export { type Handler, type Interest, type Patience, Reactor } from "./reactor/reactor.ts"
export { TurnEnd } from "./reactor/turn_end.ts"
