import { memoiseLoads } from '../../core/memoise-loads.ts'
import { createBrowserRuntime } from '../../runtime/browser.ts'
import type { Runtime } from '../../runtime/types.ts'
import { readStored } from '../decode/model-store.ts'
import { packedName } from '../decode/unpack.ts'

/**
 * Opens the decoder of a folder; its files come from Cache Storage if the browser library has stored them there.
 * @param assets absolute address of the folder
 * @throws StrataError MODEL_INVALID
 */
export async function openModels(assets: string): Promise<Runtime> {
  const address = (file: string) => new URL(packedName(file), assets)
  const runtime = await createBrowserRuntime({
    models: address,
    kernels: address('kernels.wasm'),
    read: readStored,
  })
  await Promise.all([runtime.table('decoder'), runtime.blob('decoder')])
  return giving(runtime)
}

/**
 * The same networks, but each run first yields to waiting tasks. A run takes about 40 ms, and unrelated requests pass
 * through this worker too.
 */
function giving(runtime: Runtime): Runtime {
  const network = memoiseLoads(async (name: string): ReturnType<Runtime['network']> => {
    const runner = await runtime.network(name)
    return {
      async run(...args) {
        await nextTask()
        return await runner.run(...args)
      },
    }
  })
  return { ...runtime, network }
}

const waiting: (() => void)[] = []
let channel: MessageChannel | undefined

/** Resolves when the waiting tasks are done. A timer would add milliseconds to each run. */
function nextTask(): Promise<void> {
  if (!channel) {
    channel = new MessageChannel()
    channel.port1.onmessage = () => waiting.shift()?.()
  }
  const { port2 } = channel
  return new Promise((resolve) => {
    waiting.push(resolve)
    port2.postMessage(undefined)
  })
}
