/*
 * `strata-cdn/sw`: a service worker that makes the plain pictures of a site (`<img>`, `<picture>`, CSS) from layers
 * stored in the browser.
 */
import { basesOf } from './sw/bases.ts'
import { HeldIndex } from './sw/held-index.ts'
import { type Holding, hold } from './sw/hold.ts'
import { Maker } from './sw/maker.ts'
import { Responder } from './sw/responder.ts'
import type { ServiceWorkerScope } from './sw/scope.ts'

export type { Holding } from './sw/hold.ts'

export interface ServiceWorkerOptions {
  /** Addresses where CDNs are mounted, such as `/cdn` or `https://img.example.com/cdn`. Other pictures are ignored. */
  readonly base: string | readonly string[]
  /** Address of a copy of the folder `dist/client` (kernels, models), with a slash at its end. */
  readonly assets: string | URL
  /**
   * `time`: stored layers answer if that is expected to be as fast as the network. `bytes`: they answer whenever they
   * can, as always with `Save-Data`.
   * @default 'time'
   */
  readonly prefer?: 'time' | 'bytes' | undefined
}

export interface StrataServiceWorker {
  /**
   * Fetches the missing layers of the pictures at these addresses, so that they can be shown offline. A page requests
   * it by the message `{ type: 'strata-hold', addresses }`, and gets the result at the first port.
   */
  hold(addresses: readonly string[]): Promise<Holding>
}

/**
 * To be called once, when the script of a service worker starts. It listens to `fetch` and `message`, and answers
 * requests for pictures whose layers the browser library (or `hold`) has stored; it leaves all other requests to other
 * listeners and the browser.
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
