/**
 * Does what `asked.ts` does with the kernel's calls alone: no connection, no queue, no handler. It shows what
 * the calls themselves cost through FFI, and so the least that sockets with handlers can cost. It leaves out
 * what a server needs: it does not look at how much a send took, has no timeouts, and keeps no state.
 *
 * @module
 */
import process from "node:process"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { errno } from "../../src/kernel/port.ts"
import { Looks } from "../../src/reactor/looks.ts"
import { response } from "./response.mjs"

process.stdin.on("end", () => process.exit(0)).resume()
const kernel = linuxKernel()
const inbox = kernel.memoryOf(new ArrayBuffer(64 * 1024))
const answer = kernel.memoryOf(new Uint8Array(response).buffer)
const looks = new Looks()
const poller = kernel.poller(() => {
  looks.woken()
  look()
})
const listener = kernel.socket(4)
kernel.bind(listener, { family: 4, address: "127.0.0.1", port: 0, scope: 0 })
kernel.listen(listener, 4096)
poller.add(listener, listener)
const address = kernel.localAddress(listener)
process.stdout.write(`${address?.port}\n`)
poller.reference(true)
look()

function look(): void {
  const found = poller.poll(visit)
  if (found > 0) looks.found()
  if (found > 0 || looks.again()) return void setImmediate(look)
  poller.park()
  looks.parked()
}

function visit(fd: number): void {
  if (fd === listener) return acceptAll()
  const n = kernel.receive(fd, inbox, 0, 64 * 1024)
  if (n > 0) kernel.sendBytes(fd, answer, 0, answer.buffer.byteLength)
  else if (n !== -errno.EAGAIN) {
    poller.remove(fd)
    kernel.close(fd)
  }
}

function acceptAll(): void {
  for (let fd = kernel.accept(listener); fd >= 0; fd = kernel.accept(listener)) poller.add(fd, fd)
}
