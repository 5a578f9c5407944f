/*
 * The three handlers of a Worker: the plugin's routes, the consumer of its queue, the sweep. Each route reads: may
 * this request do that, and which function of a room answers it.
 */

import { type Context, type Env, type ExecutionContext, Hono } from 'hono'
import { cors } from 'hono/cors'
import { routePath } from 'hono/route'
import { StrataError } from '../core/errors.ts'
import { authorizeRead, authorizeUpload, authorizeWrite } from './access/authorize.ts'
import { UrlVerifier } from './access/sign.ts'
import { claimsUpload } from './access/upload-url.ts'
import { EXPOSED_HEADERS } from './answer/headers.ts'
import { listImages } from './answer/list.ts'
import { type ImageAnswer, observed } from './answer/observe.ts'
import { exportOriginal } from './answer/original-export.ts'
import { readPulled, readPulledInfo, type SourceAddress, wantedPicture } from './answer/pulled.ts'
import { readImage } from './answer/read.ts'
import { readHealth, readInfo } from './answer/read-info.ts'
import { errorResponse, methodNotAllowed } from './errors.ts'
import { purgePulled } from './ingest/pull.ts'
import { handleBatch, type JobBatch, type QueueOptions } from './ingest/queue.ts'
import { type SweepOptions, sweep } from './ingest/sweep.ts'
import { deleteImage, putImage, reencodeImage } from './ingest/write.ts'
import type { ResolvedOptions } from './options.ts'
import { keepAlive } from './request/keep-alive.ts'
import { outerUrl } from './request/outer-url.ts'
import { createShared, jobServicesFor, type Services, servicesFor, withContext } from './services.ts'

/** The `queue` handler of a Worker. */
export type QueueHandler = (batch: JobBatch, env: unknown, context: ExecutionContext) => Promise<void>

/** The `scheduled` handler of a Worker. */
export type ScheduledHandler = (controller: unknown, env: unknown, context: ExecutionContext) => Promise<void>

const INFO_SUFFIX = '.json'
const PURGE_SUFFIX = '/purge'

/** The routes of the plugin, relative to where it is mounted. */
export function createEdgeApp<E extends Env>(options: ResolvedOptions<E>): Hono<E> {
  const shared = createShared()
  const verifier = new UrlVerifier()
  const app = new Hono<E>()

  app.use(
    cors({
      origin: options.allowOrigin,
      // Another site's page must not upload to a development server, which asks for no token; a signed URL is asked for one.
      allowMethods: (_origin, c) => ['GET', 'HEAD', ...(claimsUpload(new URL(c.req.url)) ? ['PUT'] : [])],
      allowHeaders: ['Content-Type', 'If-None-Match', 'If-Range', 'Range'],
      exposeHeaders: EXPOSED_HEADERS,
      maxAge: 86_400,
    }),
  )
  app.use(async function commonHeaders(c, next) {
    await next()
    c.res.headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
    c.res.headers.set('Timing-Allow-Origin', options.allowOrigin)
    c.res.headers.set('X-Content-Type-Options', 'nosniff')
  })

  app.get('/health', (c) => readHealth(servicesFor(c, options, shared)))
  const rulesOf = (c: Context<E>) => {
    const { presets, presetsOnly, formats } = options
    return { ...options, formats: formats(c), presets: presets(c), presetsOnly: presetsOnly(c) }
  }
  /** Answers with a picture, and tells the option of it. */
  const reported = (c: Context<E>, name: string, answer: () => Promise<Response>): Promise<Response> => {
    if (c.req.raw.method !== 'GET') return answer()
    const report = (facts: ImageAnswer) => options.onAnswer(facts, c)
    return observed(name, answer, report, (work) => keepAlive(c, work))
  }
  const read = async (c: Context<E>, name: string): Promise<Response> => {
    const isInfo = name.endsWith(INFO_SUFFIX)
    const answer = async () => {
      const services = servicesFor(c, options, shared)
      const grant = await authorizeRead(c, isInfo, options, verifier)
      if (isInfo) return await readInfo(name.slice(0, -INFO_SUFFIX.length), services)
      return await readImage(name, c.req.raw, grant, services, rulesOf(c))
    }
    return await (isInfo ? answer() : reported(c, name, answer))
  }
  app.get('/img/:name', (c) => read(c, c.req.param('name')))
  // A slash at the end means nothing.
  app.get('/img/:name/', (c) => read(c, c.req.param('name')))
  app.put('/img/:name', async (c) => {
    const createsOnly = await authorizeUpload(c, options)
    const services = servicesFor(c, options, shared)
    const { maxUploadBytes } = options
    const location = outerUrl(c, options.publicPath(c)).pathname
    const isLocal = options.development(c)
    const upload = { maxUploadBytes, remote: options.remote(c), location, isLocal, createsOnly }
    return forget(c, services, await putImage(c.req.param('name'), c.req.raw, services, upload))
  })
  app.delete('/img/:name', async (c) => {
    await authorizeWrite(c, options)
    const services = servicesFor(c, options, shared)
    return dropStale(c, services, await deleteImage(c.req.param('name'), services))
  })
  app.get('/img', async (c) => {
    await authorizeWrite(c, options)
    return await listImages(new URL(c.req.url).searchParams, servicesFor(c, options, shared).store)
  })
  app.get('/img/:name/original', async (c) => {
    await authorizeWrite(c, options)
    return await exportOriginal(c.req.param('name'), servicesFor(c, options, shared).store)
  })
  app.post('/img/:name/encode', async (c) => {
    await authorizeWrite(c, options)
    const services = servicesFor(c, options, shared)
    const location = outerUrl(c, options.publicPath(c)).pathname.replace(/\/encode$/, '')
    return forget(c, services, await reencodeImage(c.req.param('name'), location, services))
  })

  const wanted = (c: Context<E>, address: SourceAddress) =>
    wantedPicture(address, c.req.url, { ...options, sources: options.sources(c) })
  app.get('/src/:source/*', async (c) => {
    const { source, path } = sourceAddress(c)
    const isInfo = path.endsWith(INFO_SUFFIX)
    const grant = await authorizeRead(c, isInfo, options, verifier)
    const services = servicesFor(c, options, shared)
    const picture = await wanted(c, { source, path: isInfo ? path.slice(0, -INFO_SUFFIX.length) : path })
    if (isInfo) return await readPulledInfo(picture, services)
    const answer = () => readPulled(picture, c.req.raw, grant, services, rulesOf(c))
    return await reported(c, picture.id, answer)
  })
  app.post('/src/:source/*', async (c) => {
    const { source, path } = sourceAddress(c)
    if (!path.endsWith(PURGE_SUFFIX)) throw methodNotAllowed(c.req.method, 'GET, HEAD')
    await authorizeWrite(c, options)
    const { pullMemory: memory, ...services } = servicesFor(c, options, shared)
    await purgePulled(await wanted(c, { source, path: path.slice(0, -PURGE_SUFFIX.length) }), {
      ...services,
      memory,
    })
    return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
  })
  app.all('/src/:source/*', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD, POST')
  })

  app.all('/img/:name/original', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD')
  })
  app.all('/img/:name/encode', (c) => {
    throw methodNotAllowed(c.req.method, 'POST')
  })
  app.all('/img', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD')
  })
  app.all('/img/:name', (c) => {
    const info = c.req.param('name').endsWith(INFO_SUFFIX)
    throw methodNotAllowed(c.req.method, info ? 'GET, HEAD' : 'GET, HEAD, PUT, DELETE')
  })
  app.all('/health', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD')
  })
  app.all('*', () => {
    throw new StrataError('NOT_FOUND', 'address: expected img/ID, img/ID.json, src/SOURCE/PATH or health')
  })
  app.onError(errorResponse)
  return app
}

/** The source and the path in a URL, as they stand there: Hono decodes what the path's own rules have to see. */
function sourceAddress(c: Context): SourceAddress {
  const at = routePath(c).split('/').indexOf(':source')
  const [source = '', ...path] = new URL(c.req.url).pathname.split('/').slice(at)
  return { source, path: path.join('/') }
}

/** After an upload: the record that this isolate knows is old. What the image had is served until the upload is ready. */
function forget(c: Context, { states }: Services, response: Response): Response {
  states.forget(c.req.param('name') ?? '')
  return response
}

/** After a deletion: what is stale goes, pictures after the answer. */
function dropStale(c: Context, { dropStale, keepAlive }: Services, response: Response): Response {
  keepAlive(dropStale(c.req.param('name') ?? '').catch(() => undefined))
  return response
}

/** The consumer of the queue that option `queue` names. */
export function createQueueHandler<E extends Env>(
  options: ResolvedOptions<E>,
  queueOptions?: QueueOptions,
): QueueHandler {
  const shared = createShared()
  return async function queue(batch, env, context) {
    await withContext<E>(env, context, (c) =>
      handleBatch(batch, jobServicesFor(c, options, shared), queueOptions),
    )
  }
}

/** `sweep` as the handler of a cron trigger. */
export function createSweepHandler<E extends Env>(
  options: ResolvedOptions<E>,
  sweepOptions?: SweepOptions,
): ScheduledHandler {
  const shared = createShared()
  return async function scheduled(_controller, env, context) {
    await withContext<E>(env, context, async (c) => {
      const report = await sweep(servicesFor(c, options, shared), sweepOptions)
      console.log(JSON.stringify({ event: 'sweep', ...report }))
    })
  }
}
