import type { Context } from 'hono'
import type { EncodePicture } from '../node/encode.ts'
import type { RenderPicture } from '../node/render/render.ts'
import type { OriginConfig } from './config.ts'
import type { Log } from './log.ts'
import type { OriginMetrics } from './metrics.ts'
import type { Originals } from './originals.ts'
import type { WorkQueue } from './queue.ts'
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

/** What the work gives, and its seconds. */
export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}
