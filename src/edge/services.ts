import type { Context, Env } from 'hono'
import { HeaderCache } from './header-cache.ts'
import type { Jpeg } from './jpeg.ts'
import type { ResolvedOptions } from './options.ts'
import type { Origin } from './origin.ts'
import { type KeepAlive, SingleFlight } from './single-flight.ts'
import { ImageStore } from './store.ts'
import type { Transcoder } from './transcoder.ts'

/** What all requests of one plugin instance share, hence one per isolate. */
export interface Shared {
  readonly headers: HeaderCache
  readonly flights: SingleFlight<Jpeg | undefined>
}

/** What one request works with. The transcoder and the origin are looked up only by those who need them. */
export interface Services extends Shared {
  readonly store: ImageStore
  readonly keepAlive: KeepAlive
  readonly origin: () => Origin
  readonly transcoder: () => Transcoder
}

export function createShared(): Shared {
  return { headers: new HeaderCache(), flights: new SingleFlight() }
}

export function servicesFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  shared: Shared,
): Services {
  return {
    ...shared,
    store: new ImageStore(options.bucket(c)),
    keepAlive: (work) => keepAlive(c, work),
    origin: () => options.origin(c),
    transcoder: () => options.transcoder(c),
  }
}

/** Work that goes on after the response. Hono throws where there is no execution context: there nothing cuts it off. */
export function keepAlive<E extends Env>(c: Context<E>, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    work.catch(() => undefined)
  }
}
