/**
 * The edge of test/e2e/kill.test.ts: queue, sweep and all, but a sweep that spares no object for its youth, and no
 * transcoder, because only native files are read there.
 */
import { Hono } from 'hono'
import { type ImageCdnOptions, type ImageJob, imageCdn, imageQueue, imageSweep } from '../../src/index.ts'

interface Bindings {
  readonly IMAGES: R2Bucket
  readonly JOBS: Queue<ImageJob>
  readonly ORIGIN_URL: string
  readonly ORIGIN_KEY: string
}

const options: ImageCdnOptions<{ Bindings: Bindings }> = {
  bucket: (c) => c.env.IMAGES,
  transcoder: () => ({ transcode: () => Promise.reject(new Error('not here')) }),
  origin: (c) => ({ url: c.env.ORIGIN_URL, key: c.env.ORIGIN_KEY }),
  queue: (c) => c.env.JOBS,
  development: () => true,
}

const app = new Hono<{ Bindings: Bindings }>()
app.route('/cdn', imageCdn(options))

export default {
  fetch: app.fetch,
  queue: imageQueue(options),
  scheduled: imageSweep(options, { orphanAgeMs: 0 }),
}
