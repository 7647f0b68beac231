/**
 * Does what `asked.ts` does with the kernel's calls alone: no connection, no queue, no handler. It shows what
 * the calls themselves cost through FFI, and so the least that sockets with handlers can cost. It leaves out
 * what a server needs: it does not look at how much an answer's send took, has no timeouts, and keeps no state.
 *
 * Argument: `beside` if it is to send bodies as well.
 *
 * @module
 */
import process from "node:process"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { errno } from "../../src/kernel/port.ts"
import { Looks } from "../../src/reactor/looks.ts"
import { body, response } from "./response.mjs"

process.stdin.on("end", () => process.exit(0)).resume()
const kernel = linuxKernel()
const inbox = kernel.memoryOf(new ArrayBuffer(64 * 1024))
const answer = kernel.memoryOf(new Uint8Array(response).buffer)
const bodies = kernel.memoryOf(body.buffer)
const looks = new Looks()
const poller = kernel.poller(() => {
  looks.woken()
  look()
})
const asking = listenAnywhere()
const taking = process.argv[2] === "beside" ? listenAnywhere() : undefined
const takers = new Set<number>()
/** Takers whose body was taken whole: there is no event that says so. */
let ready: number[] = []
const listeners = taking === undefined ? [asking] : [asking, taking]
const ports = listeners.map((listener) => kernel.localAddress(listener)?.port)
process.stdout.write(`${ports.join(" ")}\n`)
poller.reference(true)
look()

function listenAnywhere(): number {
  const listener = kernel.socket(4)
  kernel.bind(listener, { family: 4, address: "127.0.0.1", port: 0, scope: 0 })
  kernel.listen(listener, 4096)
  poller.add(listener, listener)
  return listener
}

function look(): void {
  const again = ready
  ready = []
  const found = poller.poll(visit) + again.length
  for (const fd of again) send(fd)
  if (found > 0) looks.found()
  if (found > 0 || ready.length > 0 || looks.again()) return void setImmediate(look)
  poller.park()
  looks.parked()
}

function visit(fd: number): void {
  if (fd === asking || fd === taking) return acceptAll(fd)
  if (takers.has(fd)) return send(fd)
  const n = kernel.receive(fd, inbox, 0, 64 * 1024)
  if (n > 0) kernel.sendBytes(fd, answer, 0, answer.buffer.byteLength)
  else if (n !== -errno.EAGAIN) end(fd)
}

function send(fd: number): void {
  if (!takers.has(fd)) return
  const n = kernel.sendBytes(fd, bodies, 0, body.byteLength)
  if (n === body.byteLength) ready.push(fd)
  else if (n < 0 && n !== -errno.EAGAIN) end(fd)
}

function end(fd: number): void {
  takers.delete(fd)
  poller.remove(fd)
  kernel.close(fd)
}

function acceptAll(listener: number): void {
  for (let fd = kernel.accept(listener); fd >= 0; fd = kernel.accept(listener)) {
    if (listener === taking) takers.add(fd)
    poller.add(fd, fd)
  }
}
