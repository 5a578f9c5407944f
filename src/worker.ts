import { Hono } from 'hono'
import { StrataError } from './core/errors.ts'
import { parseSigningKeys } from './edge/access/sign.ts'
import type { ObjectStore } from './edge/store/object-store.ts'
import { r2Store } from './edge/store/r2.ts'
import { s3Store } from './edge/store/s3/s3-store.ts'
import type { TranscodeLease } from './edge/variants/durable.ts'
import {
  type AnalyticsDataset,
  analyticsSink,
  clientHints,
  type ImageCdnOptions,
  type ImageJob,
  imageCdn,
  imageQueue,
  imageSweep,
  serviceTranscoder,
} from './index.ts'
import { clientFile, type StaticFiles } from './worker/client-files.ts'
import demoPage from './worker/demo.html'
import {
  describeSettings,
  listOf,
  readFlag,
  readFormats,
  readPresets,
  readS3,
  readSources,
} from './worker-settings.ts'

export { TranscodeLease } from './edge/variants/durable.ts'

/** Bindings and variables of wrangler.toml. */
interface Bindings {
  /** Not needed where S3_BUCKET names the bucket. */
  readonly IMAGES?: R2Bucket
  /** `https://…` of an S3-compatible server. With one of these, all but S3_PREFIX must be set. */
  readonly S3_ENDPOINT?: string
  readonly S3_BUCKET?: string
  readonly S3_REGION?: string
  readonly S3_ACCESS_KEY_ID?: string
  readonly S3_SECRET_ACCESS_KEY?: string
  readonly S3_PREFIX?: string
  readonly TRANSCODER: Fetcher
  /** dist/client */
  readonly ASSETS?: StaticFiles
  readonly STRATA_ENV: string
  readonly ORIGIN_URL: string
  readonly ORIGIN_TOKEN?: string
  readonly ORIGIN_KEY?: string
  readonly UPLOAD_TOKEN?: string
  /** `kid:secret`, several separated by commas: with them only signed URLs are answered. */
  readonly SIGNING_KEYS?: string
  /** `true`: signatures cover the query as well. */
  readonly SIGN_QUERY?: string
  /** Formats that pictures are sent in, separated by commas, the best first. */
  readonly FORMATS?: string
  /** `false`: pictures that were made are not kept in the bucket. */
  readonly PERSIST?: string
  /** `false`: pictures that are asked for again and again are not made once more by the origin. */
  readonly PRESETS?: string
  readonly PRESETS_ONLY?: string
  readonly PUBLIC_PATH?: string
  readonly PROMOTE?: string
  /** Used with PERSIST. */
  readonly LEASE?: DurableObjectNamespace<TranscodeLease>
  /** Hosts that pictures may be fetched from, separated by commas. */
  readonly REMOTE_HOSTS?: string
  /** Where pictures are pulled from: `site=https://www.example.com/media/ media=r2:MEDIA/prefix`. */
  readonly SOURCES?: string
  /** `true`: websites of SOURCES may be on this machine, for development. */
  readonly LOOPBACK_SOURCES?: string
  /** Without it, an upload is encoded by the request that sent it. */
  readonly JOBS?: Queue<ImageJob>
  readonly KEEP_ORIGINALS?: string
  /** Where answers are counted: a dataset of Workers Analytics Engine. */
  readonly ANALYTICS?: AnalyticsDataset
  readonly WEBHOOK_URL?: string
  readonly WEBHOOK_SECRET?: string
  readonly SAMPLES?: string
  /** Set by `strata start`: where the demo page's comparison with other codecs is. */
  readonly COMPARISONS_URL?: string
  /** Set by `strata start DIR`: what lists the folder's pictures. */
  readonly FOLDER_URL?: string
}

const MAX_SAMPLES = 24
const NO_BUCKET =
  'IMAGES: expected an R2 bucket, or S3_BUCKET and what belongs to it, got neither; see [[r2_buckets]] in wrangler.toml'
/** Script, images and fetches of the page come from this Worker alone. */
const DEMO_HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; img-src 'self' data: blob:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  'X-Content-Type-Options': 'nosniff',
}

let s3: ObjectStore | undefined

/** Settings are the same for all requests of an isolate. */
function bucketOf(env: Bindings): ObjectStore {
  const settings = s3 ? undefined : readS3(env)
  if (settings) s3 = s3Store(settings)
  if (s3) return s3
  if (env.IMAGES) return r2Store(env.IMAGES)
  throw new StrataError('OPTION_INVALID', NO_BUCKET)
}

const options: ImageCdnOptions<{ Bindings: Bindings }> = {
  bucket: ({ env }) => bucketOf(env),
  transcoder: (c) => serviceTranscoder(c.env.TRANSCODER),
  origin: (c) => ({ url: c.env.ORIGIN_URL, token: c.env.ORIGIN_TOKEN, key: c.env.ORIGIN_KEY }),
  queue: (c) => c.env.JOBS,
  webhook: ({ env: { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } }) =>
    url && secret ? { url, secret } : undefined,
  keepOriginal: (c) => readFlag(c.env, 'KEEP_ORIGINALS', true),
  uploadToken: (c) => c.env.UPLOAD_TOKEN,
  onAnswer: (answer, { env }) => env.ANALYTICS && analyticsSink(env.ANALYTICS)(answer),
  signing: ({ env: { SIGNING_KEYS: keys, SIGN_QUERY } }) =>
    keys
      ? { keys: parseSigningKeys(keys), signQuery: readFlag({ SIGN_QUERY }, 'SIGN_QUERY', false) }
      : undefined,
  remote: (c) => ({ hosts: listOf(c.env.REMOTE_HOSTS) }),
  sources: (c) => readSources(c.env),
  formats: (c) => readFormats(c.env.FORMATS),
  presets: (c) => readPresets(c.env.PRESETS),
  presetsOnly: (c) => readFlag(c.env, 'PRESETS_ONLY', false),
  publicPath: (c) => c.env.PUBLIC_PATH || undefined,
  persist: (c) => readFlag(c.env, 'PERSIST', true),
  promote: (c) => readFlag(c.env, 'PROMOTE', true),
  // On one machine one isolate serves everyone, and each Durable Object there costs a file that is flushed to disk.
  lease: ({ env }) => (env.STRATA_ENV === 'development' ? undefined : env.LEASE),
}

const app = new Hono<{ Bindings: Bindings }>()

let isSettled = false

/** Settings are the same for all requests of an isolate; what is odd about them is said once. */
app.use(async (c, next) => {
  if (!isSettled) for (const line of describeSettings({ ...c.env })) console.warn(`strata: ${line}`)
  isSettled = true
  await next()
})

app.get('/', clientHints(), (c) => c.html(demoPage, 200, DEMO_HEADERS))

app.get('/client/:name', async (c) => {
  const files = c.env.ASSETS
  return files ? await clientFile(files, c.req.raw, c.req.param('name')) : c.notFound()
})

/** Ids for the demo page, or paths of a folder. What a bucket holds is listed in development only; then more may come (`live`). */
app.get('/samples', async (c) => {
  const folder = c.env.FOLDER_URL
  if (folder) {
    const { paths } = await (await fetch(folder)).json<{ readonly paths: readonly string[] }>()
    return c.json({ paths, live: true }, 200, { 'Cache-Control': 'no-store' })
  }
  const named = listOf(c.env.SAMPLES)
  const listed = named.length === 0 && c.env.STRATA_ENV === 'development'
  const samples = listed ? await listIds(bucketOf(c.env)) : named
  return c.json({ samples: samples.slice(0, MAX_SAMPLES), ...(listed && { live: true }) }, 200, {
    'Cache-Control': 'no-store',
  })
})

/** What other codecs take for the samples, as far as `strata start` has measured it. */
app.get('/comparisons', async (c) => {
  const url = c.env.COMPARISONS_URL
  const comparisons = url ? await (await fetch(url)).json<object>() : { measuring: false, images: {} }
  return c.json(comparisons, 200, { 'Cache-Control': 'no-store' })
})

app.route('/cdn', imageCdn(options))

async function listIds(bucket: ObjectStore): Promise<string[]> {
  const { entries } = await bucket.list({ prefix: 'state/', limit: MAX_SAMPLES })
  return entries.map(({ key }) => key.slice('state/'.length))
}

export default { fetch: app.fetch, queue: imageQueue(options), scheduled: imageSweep(options) }
