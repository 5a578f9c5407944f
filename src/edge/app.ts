import { type Env, Hono } from 'hono'
import { cors } from 'hono/cors'
import { StrataError } from '../core/errors.ts'
import { errorResponse, MethodNotAllowed } from './errors.ts'
import { EXPOSED_HEADERS } from './headers.ts'
import type { ResolvedOptions } from './options.ts'
import { readHealth, readImage, readInfo } from './read.ts'
import { createShared, servicesFor } from './services.ts'
import { authorize, deleteImage, putImage } from './write.ts'

const INFO_SUFFIX = '.json'

/** The routes of the plugin, relative to where it is mounted. */
export function createEdgeApp<E extends Env>(options: ResolvedOptions<E>): Hono<E> {
  const shared = createShared()
  const app = new Hono<E>()

  app.use(
    cors({
      origin: options.allowOrigin,
      // Only reading: a page elsewhere must not upload to a development server that asks for no token.
      allowMethods: ['GET', 'HEAD'],
      allowHeaders: ['If-None-Match', 'If-Range', 'Range'],
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
  app.get('/img/:name', (c) => {
    const services = servicesFor(c, options, shared)
    const name = c.req.param('name')
    if (name.endsWith(INFO_SUFFIX)) return readInfo(name.slice(0, -INFO_SUFFIX.length), services)
    return readImage(name, c.req.raw, services, options)
  })
  app.put('/img/:name', async (c) => {
    await authorize(c, options)
    return await putImage(c.req.param('name'), c.req.raw, servicesFor(c, options, shared), options)
  })
  app.delete('/img/:name', async (c) => {
    await authorize(c, options)
    return await deleteImage(c.req.param('name'), servicesFor(c, options, shared))
  })

  app.all('/img/:name', (c) => {
    const info = c.req.param('name').endsWith(INFO_SUFFIX)
    throw new MethodNotAllowed(c.req.method, info ? 'GET, HEAD' : 'GET, HEAD, PUT, DELETE')
  })
  app.all('/health', (c) => {
    throw new MethodNotAllowed(c.req.method, 'GET, HEAD')
  })
  app.all('*', () => {
    throw new StrataError('NOT_FOUND', 'address: expected img/ID, img/ID.json or health')
  })
  app.onError(errorResponse)
  return app
}
