import { setImmediate } from 'node:timers/promises'
import type { Runtime } from '../runtime/types.ts'

/**
 * The runtime, with a turn of the event loop after every network run. A WebAssembly run never leaves the thread, so that
 * without this an encode of a large picture would keep the server from answering anything for half a minute.
 */
export function yielding(runtime: Runtime): Runtime {
  return {
    ...runtime,
    load: async (name) => breathing(await runtime.load(name)),
    network: async (name) => breathing(await runtime.network(name)),
  }
}

function breathing<A extends unknown[], R>(runner: { run(...args: A): R | Promise<R> }) {
  return {
    async run(...args: A): Promise<R> {
      const outputs = await runner.run(...args)
      await setImmediate()
      return outputs
    },
  }
}
