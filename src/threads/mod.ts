/**
 * Threads for calls that may block, lent to the sockets that have the most to send.
 *
 * @module
 */
export { type Borrower, type CourierJob, CourierPool } from "./courier_pool.ts"
