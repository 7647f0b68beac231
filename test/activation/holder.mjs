/**
 * Holds listening sockets, as systemd does, and starts programs that get them as file descriptors 3, 4 and
 * so on. Run by Node: the runtimes cannot pass sockets to children.
 *
 * Arguments: how many TCP sockets, LISTEN_FDNAMES, then the program and its arguments. Prints the ports in one
 * line; then starts the program once for each line that it reads, until its input ends.
 */
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import process from "node:process"

const [count, names, ...program] = process.argv.slice(2)
const servers = await Promise.all(Array.from({ length: Number(count) }, async () => {
  const server = createServer().listen(0, "127.0.0.1", 4096)
  await once(server, "listening")
  return server
}))
const ports = servers.map((server) => /** @type {{ port: number }} */ (server.address()).port)
process.stdout.write(ports.join(" ") + "\n")

// While Node waits for the shell it accepts no connection itself.
const shell = `
n="$1" names="$2"; shift 2
while read -r line; do
  sh -c 'LISTEN_PID=$$; export LISTEN_PID; exec "$@"' sh \
    env LISTEN_FDS="$n" LISTEN_FDNAMES="$names" "$@" < /dev/null &
done
wait`
spawnSync("sh", ["-c", shell, "sh", count, names, ...program], {
  stdio: ["inherit", "inherit", "inherit", ...servers.map(descriptorOf)],
})
process.exit()

/**
 * @param {import("node:net").Server} server
 * @returns {number}
 */
function descriptorOf(server) {
  return Reflect.get(server, "_handle").fd
}
