/**
 * Prints the threshold of a socket without the option, and where it comes from. Run by
 * `threshold_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { connect, listen } from "../../src/mod.ts"

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const socket = await connect({ port: listener.addr.port })
const peer = await listener.accept()
const { zerocopy: { threshold, thresholdSource } } = socket.stats()
process.stdout.write(JSON.stringify({ threshold, thresholdSource }) + "\n")
await Promise.all([socket.close(), peer.close()])
listener.close()
