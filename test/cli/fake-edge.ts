import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { openModelFolder } from '../../src/runtime/model-files.ts'

export const { modelSet } = (await openModelFolder()).manifest

export interface Image {
  readonly state: string
  readonly modelSet?: string
  readonly code?: string
}

/** An edge with the routes of whoever may upload. Ids that end in -broken have lost their original. */
export async function fakeEdge(images: Record<string, Image>) {
  const posts: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://edge')
    const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.headers.authorization !== 'Bearer secret' && !pathname.endsWith('.json'))
      return send(401, { error: { code: 'UPLOAD_FORBIDDEN', message: 'no token' } })
    const ids = Object.keys(images)
    if (pathname === '/cdn/img') {
      const at = ids.indexOf(searchParams.get('after') ?? '') + 1
      const page = ids.slice(at, at + 2).map((id) => ({ id, ...images[id] }))
      return send(200, { images: page, next: at + 2 < ids.length ? ids[at + 1] : undefined })
    }
    const id = pathname.split('/')[3]?.replace('.json', '') ?? ''
    if (request.method === 'DELETE') {
      delete images[id]
      return response.writeHead(204).end()
    }
    if (images[id] === undefined)
      return send(404, { error: { code: 'NOT_FOUND', message: 'image: there is none' } })
    if (request.method === 'POST') {
      if (id.endsWith('-broken'))
        return send(404, { error: { code: 'NOT_FOUND', message: 'original: gone' } })
      posts.push(id)
      images[id] = { state: 'ready', modelSet }
      return send(202, { id, state: 'queued' })
    }
    return send(200, { ...images[id], bytes: 7 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { posts, to: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cdn` }
}
