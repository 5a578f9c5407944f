/*
 * `strata-cdn/sw`: plain pictures of a site (`<img>`, `<picture>`, CSS) from layers that are in the browser, in a service worker.
 */
import { basesOf } from './sw/bases.ts'
import { HeldIndex } from './sw/held-index.ts'
import { type Holding, hold } from './sw/hold.ts'
import { Maker } from './sw/maker.ts'
import { Responder } from './sw/responder.ts'
import type { ServiceWorkerScope } from './sw/scope.ts'

export type { Holding } from './sw/hold.ts'

export interface ServiceWorkerOptions {
  /** Where CDNs are mounted, such as `/cdn` or `https://img.example.com/cdn`. Pictures elsewhere are left alone. */
  readonly base: string | readonly string[]
  /** Address of a copy of the folder `dist/client` (kernels, models), with a slash at its end. */
  readonly assets: string | URL
  /**
   * `time`: held layers answer where that is expected to take no longer than the network. `bytes`: they answer whenever
   * they can, as always where the browser saves data.
   * @default 'time'
   */
  readonly prefer?: 'time' | 'bytes' | undefined
}

export interface StrataServiceWorker {
  /**
   * Fetches the layers that pictures need at these addresses, as far as they are missing, so that they show without a
   * network. A page asks for it by a message `{ type: 'strata-hold', addresses }`, and gets the result at the first port.
   */
  hold(addresses: readonly string[]): Promise<Holding>
}

/**
 * To be called once, when the script of a service worker starts. It listens to `fetch` and `message`, and answers requests
 * for pictures whose layers the browser library (or `hold`) has stored; it leaves all else to other listeners and the browser.
 * @example
 * import { strata } from 'strata-cdn/sw'
 * strata({ base: '/cdn', assets: '/client/' })
 */
export function strata(options: ServiceWorkerOptions): StrataServiceWorker {
  const scope = globalThis as unknown as ServiceWorkerScope
  const { href } = scope.location
  const bases = basesOf(options.base, href)
  const index = new HeldIndex()
  const maker = new Maker(new URL(options.assets, href).href)
  const responder = new Responder(index, maker, { bases, prefer: options.prefer ?? 'time' })
  const holdAll = async (addresses: readonly string[]) => {
    const holding = await hold(addresses, href, bases, index)
    await responder.warm()
    return holding
  }
  scope.addEventListener('fetch', (event) => responder.handle(event))
  scope.addEventListener('message', (event) => {
    const { type, addresses } = (event.data ?? {}) as { type?: unknown; addresses?: unknown }
    if (type !== 'strata-hold' || !Array.isArray(addresses)) return
    event.waitUntil(holdAll(addresses.map(String)).then((holding) => event.ports[0]?.postMessage(holding)))
  })
  return { hold: holdAll }
}
