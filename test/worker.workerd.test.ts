import { exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'

const worker = (exports as unknown as { readonly default: Fetcher }).default
const get = (path: string, init?: RequestInit) => worker.fetch(`http://edge.test${path}`, init)

describe('the edge Worker', () => {
  it('shows the demo page, which asks for Client Hints', async () => {
    const response = await get('/')
    expect(response.headers.get('Content-Type')).toMatch('text/html')
    expect(response.headers.get('Accept-CH')).toContain('Sec-CH-Width')
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(await response.text()).toContain('<title>Strata')
  })

  it('lists no ids in production but those it was told', async () => {
    expect(await (await get('/samples')).json()).toEqual({ samples: [] })
  })

  it('has no comparison with other codecs when none was measured', async () => {
    expect(await (await get('/comparisons')).json()).toEqual({ measuring: false, images: {} })
  })

  it('mounts the plugin at /cdn', async () => {
    expect(await (await get('/cdn/health')).json()).toEqual({ status: 'ok', transcoder: 'ok' })
    expect((await get('/cdn/img/unknown')).status).toBe(404)
  })

  it('refuses uploads in production without a token', async () => {
    const response = await get('/cdn/img/x', { method: 'PUT', body: 'x' })
    expect(response.status).toBe(401)
  })
})
