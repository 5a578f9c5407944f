import type { Context, Env, Hono } from 'hono'
import { routePath } from 'hono/route'
import { authorizeWrite } from '../access/authorize.ts'
import { readPulled, readPulledInfo, type SourceAddress, wantedPicture } from '../answer/pulled.ts'
import { methodNotAllowed } from '../errors.ts'
import { purgePulled } from '../ingest/pull.ts'
import { onlyMethods, type RouteContext } from './context.ts'
import { INFO_SUFFIX } from './images.ts'

const PURGE_SUFFIX = '/purge'

/** `/src`: pictures that lie elsewhere. */
export function addSourceRoutes<E extends Env>(app: Hono<E>, context: RouteContext<E>): void {
  const { options, services } = context
  const wanted = (c: Context<E>, { source, path }: SourceAddress, suffix: string) => {
    const address = { source, path: path.slice(0, path.length - suffix.length) }
    return wantedPicture(address, c.req.url, { ...options, sources: options.sources(c) })
  }
  app.get('/src/:source/*', async (c) => {
    const address = sourceAddress(c)
    const isInfo = address.path.endsWith(INFO_SUFFIX)
    const grant = await context.authorizeRead(c, isInfo)
    const own = services(c)
    const picture = await wanted(c, address, isInfo ? INFO_SUFFIX : '')
    if (isInfo) return await readPulledInfo(picture, own)
    const answer = () => readPulled(picture, c.req.raw, grant, own, context.readOptions(c))
    return await context.observed(c, picture.id, answer)
  })
  app.post('/src/:source/*', async (c) => {
    const address = sourceAddress(c)
    if (!address.path.endsWith(PURGE_SUFFIX)) throw methodNotAllowed(c.req.method, 'GET, HEAD')
    await authorizeWrite(c, options)
    const { pullMemory: memory, ...own } = services(c)
    await purgePulled(await wanted(c, address, PURGE_SUFFIX), { ...own, memory })
    return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
  })
  app.all('/src/:source/*', onlyMethods('GET, HEAD, POST'))
}

/** The source and the path in a URL, as they stand there: Hono decodes what the path's own rules have to see. */
function sourceAddress(c: Context): SourceAddress {
  const at = routePath(c).split('/').indexOf(':source')
  const [source = '', ...path] = new URL(c.req.url).pathname.split('/').slice(at)
  return { source, path: path.join('/') }
}
