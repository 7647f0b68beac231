/**
 * Threads that make calls which may take long, lent to whoever has most to send.
 *
 * @module
 */
export { type Borrower, type CourierJob, CourierPool } from "./courier_pool.ts"
