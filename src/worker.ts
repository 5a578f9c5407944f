import { Hono } from 'hono'
import demoPage from './edge/demo.html'
import { parseSigningKeys } from './edge/sign.ts'
import {
  type ImageCdnOptions,
  type ImageJob,
  imageCdn,
  imageQueue,
  imageSweep,
  serviceTranscoder,
} from './index.ts'

/** Bindings and variables of wrangler.toml. */
interface Bindings {
  readonly IMAGES: R2Bucket
  readonly TRANSCODER: Fetcher
  readonly STRATA_ENV: string
  readonly ORIGIN_URL: string
  readonly ORIGIN_TOKEN?: string
  readonly ORIGIN_KEY?: string
  readonly UPLOAD_TOKEN?: string
  /** `kid:secret`, several separated by commas: with them only signed URLs are answered. */
  readonly SIGNING_KEYS?: string
  /** Missing: uploads are encoded by the request that made them. */
  readonly JOBS?: Queue<ImageJob>
  readonly KEEP_ORIGINALS?: string
  readonly WEBHOOK_URL?: string
  readonly WEBHOOK_SECRET?: string
  readonly SAMPLES?: string
}

const MAX_SAMPLES = 24
/** The page is one file: its own style, its own script, images and fetches from this Worker alone. */
const DEMO_HEADERS = {
  'Accept-CH': 'Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR',
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; img-src 'self' data:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
  'X-Content-Type-Options': 'nosniff',
}

const options: ImageCdnOptions<{ Bindings: Bindings }> = {
  bucket: (c) => c.env.IMAGES,
  transcoder: (c) => serviceTranscoder(c.env.TRANSCODER),
  origin: (c) => ({ url: c.env.ORIGIN_URL, token: c.env.ORIGIN_TOKEN, key: c.env.ORIGIN_KEY }),
  queue: (c) => c.env.JOBS,
  webhook: ({ env: { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } }) =>
    url && secret ? { url, secret } : undefined,
  keepOriginal: (c) => c.env.KEEP_ORIGINALS !== 'false',
  uploadToken: (c) => c.env.UPLOAD_TOKEN,
  signing: ({ env: { SIGNING_KEYS: keys } }) => (keys ? { keys: parseSigningKeys(keys) } : undefined),
}

const app = new Hono<{ Bindings: Bindings }>()

app.get('/', (c) => c.html(demoPage, 200, DEMO_HEADERS))

/** Ids for the demo page. What a bucket holds is listed in development only. */
app.get('/samples', async (c) => {
  const named = (c.env.SAMPLES ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
  const listed = named.length === 0 && c.env.STRATA_ENV === 'development'
  const samples = listed ? await listIds(c.env.IMAGES) : named
  return c.json({ samples: samples.slice(0, MAX_SAMPLES) }, 200, { 'Cache-Control': 'no-store' })
})

app.route('/cdn', imageCdn(options))

async function listIds(bucket: R2Bucket): Promise<string[]> {
  const { objects } = await bucket.list({ prefix: 'state/', limit: MAX_SAMPLES })
  return objects.map(({ key }) => key.slice('state/'.length))
}

export default { fetch: app.fetch, queue: imageQueue(options), scheduled: imageSweep(options) }
