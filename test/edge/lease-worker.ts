/**
 * The edge of test/e2e/lease.test.ts, of which several share one bucket and one Durable Object. `DEAD` takes away what a
 * Worker that was killed has no longer: it renews nothing, and what it decodes never comes. For remote.test.ts and
 * sources.invalid.test.ts it has little patience with other hosts.
 */
import { Hono } from 'hono'
import type { TranscodeLease } from '../../src/edge/variants/durable.ts'
import { type ImageCdnOptions, imageCdn, serviceTranscoder } from '../../src/index.ts'

export { TranscodeLease } from '../../src/edge/variants/durable.ts'

interface Bindings {
  readonly IMAGES: R2Bucket
  readonly TRANSCODER: Fetcher
  readonly ORIGIN: Fetcher
  readonly LEASE?: DurableObjectNamespace<TranscodeLease>
  readonly DEAD?: boolean
}

const options: ImageCdnOptions<{ Bindings: Bindings }> = {
  bucket: (c) => c.env.IMAGES,
  transcoder: (c) => serviceTranscoder(c.env.TRANSCODER),
  origin: (c) => ({ url: 'http://origin.test', fetch: (request) => c.env.ORIGIN.fetch(request) }),
  development: () => true,
  persist: true,
  lease: (c) => c.env.LEASE,
  remote: { hosts: ['img.example.com'], timeoutMs: 500 },
  sources: {
    site: { url: 'https://img.example.com/media', timeoutMs: 500 },
    slow: { url: 'https://img.example.com/media', hosts: ['*.cdn.example.com'] },
  },
}

const app = new Hono<{ Bindings: Bindings }>()
app.route('/cdn', imageCdn(options))

export default {
  fetch(request: Request, env: Bindings, context: ExecutionContext) {
    if (env.DEAD) globalThis.setInterval = (() => 0) as unknown as typeof setInterval
    return app.fetch(request, env, context)
  },
}
