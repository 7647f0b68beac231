/** Milliseconds before the first repetition: TCP_RTO_MIN (include/net/tcp.h). */
export const firstTimeout = 200
/** How often a packet is repeated before the connection is given up: `tcp_retries2` (tcp(7)). */
export const maxRetries = 15
