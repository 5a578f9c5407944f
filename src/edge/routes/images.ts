import type { Context, Env, Hono } from 'hono'
import { authorizeUpload, authorizeWrite } from '../access/authorize.ts'
import { listImages } from '../answer/list.ts'
import { exportOriginal } from '../answer/original-export.ts'
import { readImage } from '../answer/read.ts'
import { readInfo } from '../answer/read-info.ts'
import { methodNotAllowed } from '../errors.ts'
import { deleteImage, putImage, reencodeImage } from '../ingest/write.ts'
import { outerUrl } from '../request/outer-url.ts'
import { onlyMethods, type RouteContext } from './context.ts'

export const INFO_SUFFIX = '.json'

/** `/img`: the images that are stored here. */
export function addImageRoutes<E extends Env>(app: Hono<E>, context: RouteContext<E>): void {
  addReading(app, context)
  addUploading(app, context)
  app.all('/img', onlyMethods('GET, HEAD'))
  app.all('/img/:name', (c) => {
    const isInfo = c.req.param('name').endsWith(INFO_SUFFIX)
    throw methodNotAllowed(c.req.method, isInfo ? 'GET, HEAD' : 'GET, HEAD, PUT, DELETE')
  })
}

function addReading<E extends Env>(app: Hono<E>, context: RouteContext<E>): void {
  const { options, services } = context
  async function read(c: Context<E>, name: string): Promise<Response> {
    const isInfo = name.endsWith(INFO_SUFFIX)
    const answer = async () => {
      const own = services(c)
      const grant = await context.authorizeRead(c, isInfo)
      if (isInfo) return await readInfo(name.slice(0, -INFO_SUFFIX.length), own)
      return await readImage(name, c.req.raw, grant, own, context.readOptions(c))
    }
    return await (isInfo ? answer() : context.observed(c, name, answer))
  }
  app.get('/img/:name', (c) => read(c, c.req.param('name')))
  // A slash at the end means nothing.
  app.get('/img/:name/', (c) => read(c, c.req.param('name')))
  app.get('/img', async (c) => {
    await authorizeWrite(c, options)
    return await listImages(new URL(c.req.url).searchParams, services(c).store)
  })
  app.get('/img/:name/original', async (c) => {
    await authorizeWrite(c, options)
    return await exportOriginal(c.req.param('name'), services(c).store)
  })
  app.all('/img/:name/original', onlyMethods('GET, HEAD'))
}

function addUploading<E extends Env>(app: Hono<E>, { options, services }: RouteContext<E>): void {
  const pathOf = (c: Context<E>) => outerUrl(c, options.publicPath(c)).pathname
  app.put('/img/:name', async (c) => {
    const createsOnly = await authorizeUpload(c, options)
    const [own, id] = [services(c), c.req.param('name')]
    const { maxUploadBytes } = options
    const place = { location: pathOf(c), isLocal: options.development(c) }
    const upload = { maxUploadBytes, remote: options.remote(c), createsOnly, ...place }
    const response = await putImage(id, c.req.raw, own, upload)
    // This isolate's copy of the record is old now. What the image had is served until the upload is ready.
    own.states.forget(id)
    return response
  })
  app.post('/img/:name/encode', async (c) => {
    await authorizeWrite(c, options)
    const [own, id] = [services(c), c.req.param('name')]
    const response = await reencodeImage(id, pathOf(c).replace(/\/encode$/, ''), own)
    own.states.forget(id)
    return response
  })
  app.all('/img/:name/encode', onlyMethods('POST'))
  app.delete('/img/:name', async (c) => {
    await authorizeWrite(c, options)
    const [own, id] = [services(c), c.req.param('name')]
    const response = await deleteImage(id, own)
    // The pictures that were made of it go behind the answer.
    own.keepAlive(own.dropStale(id).catch(() => undefined))
    return response
  })
}
