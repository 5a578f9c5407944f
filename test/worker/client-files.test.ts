import { describe, expect, it } from 'vitest'
import { clientFile } from '../../src/worker/client-files.ts'

const asked: string[] = []
const files = {
  async fetch(request: Request) {
    const { pathname } = new URL(request.url)
    asked.push(`${request.method} ${pathname} ${request.headers.get('If-None-Match')}`)
    return new Response(pathname, { status: pathname === '/none.js' ? 404 : 200, headers: { ETag: '"1"' } })
  },
}
const get = (name: string, init?: RequestInit) =>
  clientFile(files, new Request(`https://example.com/client/${name}`, init), name)

describe('clientFile', () => {
  it.each([
    ['index.js', 'text/javascript; charset=utf-8'],
    ['kernels.wasm', 'application/wasm'],
    ['decoder.pack', 'application/octet-stream'],
    ['manifest.json', 'application/json'],
  ])('serves %s as %s, also to pages elsewhere and isolated ones', async (name, type) => {
    const response = await get(name)
    expect(await response.text()).toBe(`/${name}`)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': type,
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'cross-origin',
      etag: '"1"',
    })
    expect(response.headers.get('Content-Security-Policy')).toContain("'wasm-unsafe-eval'")
  })

  it('lets the service worker, and nothing else, have the whole site', async () => {
    expect((await get('service-worker.js')).headers.get('Service-Worker-Allowed')).toBe('/')
    expect((await get('worker.js')).headers.get('Service-Worker-Allowed')).toBeNull()
  })

  it('passes conditions on', async () => {
    await get('index.js', { headers: { 'If-None-Match': '"1"' } })
    expect(asked.at(-1)).toBe('GET /index.js "1"')
  })

  it.each(['index.d.ts', 'index.js.map', 'x', '..%2Fa.ts'])('has no %s', async (name) => {
    expect((await get(name)).status).toBe(404)
  })

  it('says what is not there', async () => {
    expect((await get('none.js')).status).toBe(404)
  })
})
