import type { Context } from 'hono'
import type { EncodePicture } from '../node/encode.ts'
import type { RenderPicture } from '../node/render/render.ts'
import type { OriginConfig } from './config.ts'
import type { Log } from './log.ts'
import type { OriginMetrics } from './metrics.ts'
import type { Originals } from './originals.ts'
import type { Ticket, WorkQueue } from './queue.ts'
import type { RenderMetrics } from './render-metrics.ts'

export interface OriginAppOptions {
  readonly encode: EncodePicture
  /** A file's placeholder as a data URI, for the edge. @default none */
  readonly preview?: (file: Uint8Array) => Promise<string | undefined>
  /** Makes the pictures of `/render`. @default renderPicture */
  readonly render?: RenderPicture
  readonly config: Pick<
    OriginConfig,
    | 'concurrency'
    | 'waiting'
    | 'renders'
    | 'rendersWaiting'
    | 'keptBytes'
    | 'maxBytes'
    | 'maxPixels'
    | 'token'
    | 'key'
  > & {
    /** Whether `/metrics` asks for no token. @default as long as there is none */
    readonly openMetrics?: boolean
  }
  readonly log?: Log
  /** Loads what encoding needs; rejects when it cannot. Asked by `/ready`. @default nothing to load */
  readonly prepare?: () => Promise<unknown>
  /** Whether the server is about to stop, so that no new work should come. @default never */
  readonly draining?: () => boolean
}

export type OriginEnv = { readonly Variables: { requestId: string; traceId: string | undefined } }
export type OriginContext = Context<OriginEnv>

/** What every route may use. */
export interface Origin extends OriginAppOptions {
  readonly render: RenderPicture
  /** Of encodes. */
  readonly queue: WorkQueue
  readonly renders: WorkQueue
  /** Of renders. */
  readonly originals: Originals
  readonly metrics: OriginMetrics
  readonly renderMetrics: RenderMetrics
  readonly log: Log
}

/** By what a log names a request. */
export function namesOf(c: OriginContext): OriginEnv['Variables'] {
  return { requestId: c.get('requestId'), traceId: c.get('traceId') }
}

/** What the work gives, and its seconds. */
export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}

/**
 * Runs work in the turn of a ticket (Ticket.run).
 * @returns what the work gives, its seconds, and those that it waited for its turn
 */
export async function timedTurn<T>(
  ticket: Ticket,
  work: () => Promise<T>,
  signal: AbortSignal,
  cost?: number,
): Promise<{ readonly result: T; readonly seconds: number; readonly waited: number }> {
  const [[result, seconds], both] = await timed(() => ticket.run(() => timed(work), signal, cost))
  return { result, seconds, waited: both - seconds }
}
