import { setImmediate } from 'node:timers/promises'
import type { Runtime } from '../runtime/types.ts'

/**
 * The runtime, with a turn of the event loop after every network run. A WebAssembly run never leaves the thread, so that
 * without this an encode of a large picture would keep the server from answering anything for half a minute.
 */
export function yielding(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async load(name) {
      const runner = await runtime.load(name)
      return {
        async run(feeds) {
          const outputs = await runner.run(feeds)
          await setImmediate()
          return outputs
        },
      }
    },
  }
}
