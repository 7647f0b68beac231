import { nodeNetKernel } from "../src/kernel/node_net/kernel.ts"
import type { Kernel } from "../src/kernel/port.ts"
import { Stack } from "../src/stack/stack.ts"
import {
  connectOn,
  type ConnectOptions,
  type Listener,
  listenOn,
  type ListenOptions,
  type Socket,
} from "../src/tcp/mod.ts"

/** A stack over the runtime's own sockets, beside the one on libc, for the duration of a test. */
export class RuntimeStack implements AsyncDisposable {
  readonly kernel: Kernel = nodeNetKernel()
  readonly stack: Stack = new Stack(this.kernel, () => {})

  connect(options: ConnectOptions): Promise<Socket> {
    return connectOn(() => this.stack, options)
  }

  listen(options: ListenOptions): Promise<Listener> {
    return listenOn(() => this.stack, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kernel.closeAll()
    await this.stack.reactor.close()
  }
}
