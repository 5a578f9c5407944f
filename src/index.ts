import type { Env, Hono } from 'hono'
import { createEdgeApp } from './edge/app.ts'
import { type ImageCdnOptions, resolveOptions } from './edge/options.ts'

export type { StrataErrorCode } from './core/errors.ts'
export { StrataError } from './core/errors.ts'
export type { ImageCdnOptions } from './edge/options.ts'
export type { Origin } from './edge/origin.ts'
export { type FetcherLike, serviceTranscoder } from './edge/service-transcoder.ts'
export type { TranscodeRequest, Transcoder } from './edge/transcoder.ts'

/**
 * The image CDN as a Hono app, to be mounted anywhere.
 *
 * @example
 * app.route('/cdn', imageCdn<{ Bindings: Bindings }>({
 *   bucket: (c) => c.env.IMAGES,
 *   transcoder: (c) => serviceTranscoder(c.env.TRANSCODER),
 *   origin: (c) => ({ url: c.env.ORIGIN_URL }),
 *   uploadToken: (c) => c.env.UPLOAD_TOKEN,
 * }))
 *
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came
 */
export function imageCdn<E extends Env = Env>(options: ImageCdnOptions<E>): Hono<E> {
  return createEdgeApp(resolveOptions(options))
}
