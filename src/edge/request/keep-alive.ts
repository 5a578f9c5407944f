import type { Context, Env } from 'hono'

/** Lets work go on after the response, as `ctx.waitUntil` does. */
export type KeepAlive = (work: Promise<unknown>) => void

/** `waitUntil` of this request. Hono throws where there is no execution context: there nothing cuts the work off. */
export function keepAlive<E extends Env>(c: Context<E>, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    work.catch(() => undefined)
  }
}
