import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { clientHints, delegateCh } from '../../../src/index.ts'

const NAMES = 'Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR'

function page(options?: Parameters<typeof clientHints>[0], headers: Record<string, string> = {}) {
  const app = new Hono()
  app.use(clientHints(options))
  app.get('/', (c) => c.html('<h1>page</h1>', 200, headers))
  app.get('/data', (c) => c.json({}))
  return app
}

describe('clientHints', () => {
  it('asks for hints on HTML pages only', async () => {
    const app = page()
    const { headers } = await app.request('/')
    expect(headers.get('Accept-CH')).toBe(NAMES)
    expect(headers.get('Critical-CH')).toBeNull()
    expect(headers.get('Permissions-Policy')).toBeNull()
    expect((await app.request('/data')).headers.get('Accept-CH')).toBeNull()
    expect((await app.request('/missing')).headers.get('Accept-CH')).toBeNull()
  })

  it('delegates hints to other origins', async () => {
    const { headers } = await page({
      delegateTo: ['https://img.example.com', 'http://localhost:8787'],
    }).request('/')
    const list = '(self "https://img.example.com" "http://localhost:8787")'
    expect(headers.get('Permissions-Policy')).toBe(
      `ch-width=${list}, ch-viewport-width=${list}, ch-dpr=${list}`,
    )
  })

  it('sets Critical-CH with the option critical', async () => {
    expect((await page({ critical: true }).request('/')).headers.get('Critical-CH')).toBe(NAMES)
  })

  it('keeps the headers that the page sets itself', async () => {
    const own = { 'Accept-CH': 'Sec-CH-UA-Model', 'Permissions-Policy': 'camera=()' }
    const { headers } = await page({ delegateTo: 'https://img.example.com' }, own).request('/')
    expect(headers.get('Accept-CH')).toBe(`Sec-CH-UA-Model, ${NAMES}`)
    expect(headers.get('Permissions-Policy')).toMatch(/^camera=\(\), ch-width=\(self "https:\/\/img/)
  })
})

describe('delegateCh', () => {
  it('is a meta tag for the head of a page', () => {
    expect(delegateCh('https://img.example.com')).toBe(
      '<meta http-equiv="Delegate-CH" content="sec-ch-width https://img.example.com; ' +
        'sec-ch-viewport-width https://img.example.com; sec-ch-dpr https://img.example.com">',
    )
  })
})

describe('an invalid origin', () => {
  it.each([
    '',
    'img.example.com',
    'https://img.example.com/',
    'https://a b',
    'http://example.com',
    'https://x"><script>',
    'https://user@example.com',
    'javascript:1',
  ])('is refused: %s', (origin) => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' })
    expect(() => delegateCh(origin)).toThrow(invalid)
    expect(() => clientHints({ delegateTo: origin })).toThrow(invalid)
  })
})
