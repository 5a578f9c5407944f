import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type OriginProcess, startEdge, startOrigin, until } from '../e2e/real.ts'
import { photo } from '../pictures.ts'
import { renderAstro } from './astro.ts'
import { renderHtml } from './html.ts'
import { type Candidate, candidatesIn, type Rendering } from './markup.ts'
import { renderNext } from './next.ts'
import { renderNuxt } from './nuxt.ts'
import { hasFrameworks } from './packages.ts'
import { renderUnpic } from './unpic.ts'

/** A browser that shows WebP and no AVIF, which takes longer to make. */
const ACCEPT = 'image/webp,image/*,*/*;q=0.8'
/** By their ids. The larger one is wider than what the edge makes without the origin. */
const SOURCES: Readonly<Record<string, { readonly width: number; readonly height: number }>> = {
  cat: { width: 2100, height: 1400 },
  small: { width: 500, height: 333 },
}

interface Fetched {
  readonly status: number
  readonly type: string | null
  readonly width: number
  readonly height: number
}

describe('pictures in the markup of', { timeout: 240_000 }, () => {
  let origin: OriginProcess
  let edge: Awaited<ReturnType<typeof startEdge>>
  let base = ''
  const fetched = new Map<string, Promise<Fetched>>()

  beforeAll(async () => {
    origin = await startOrigin()
    edge = await startEdge(origin.url)
    base = edge.url.replace(/\/img\/$/, '')
    for (const [id, { width, height }] of Object.entries(SOURCES)) {
      const raw = { width, height, channels: 3 as const }
      const body = await sharp(photo(width, height).data, { raw }).jpeg().toBuffer()
      const put = await fetch(`${edge.url}${id}?widths=160,320`, {
        method: 'PUT',
        body: new Uint8Array(body),
      })
      expect(put.status).toBe(202)
      await until(`${edge.url}${id}`, ({ state }) => state === 'ready')
    }
  }, 240_000)
  afterAll(async () => {
    await edge?.stop()
    await origin?.stop()
  }, 60_000)

  async function load(url: string): Promise<Fetched> {
    const { status, headers, body } = await fetch(url, { headers: { Accept: ACCEPT } }).then(
      async (answer) => ({
        ...{ status: answer.status, headers: answer.headers },
        body: new Uint8Array(await answer.arrayBuffer()),
      }),
    )
    if (status !== 200) throw new Error(`${url}: HTTP ${status}, ${new TextDecoder().decode(body)}`)
    const { width = 0, height = 0 } = await sharp(body, { failOn: 'warning' }).metadata()
    return { status, type: headers.get('Content-Type'), width, height }
  }

  async function check(rendering: Rendering, { url, width }: Candidate): Promise<void> {
    expect(url, rendering.name).toMatch(/^http:\/\/\S+\/img\/(cat|small)\b/)
    if (!fetched.has(url)) fetched.set(url, load(url))
    const picture = await fetched.get(url)!
    const source = SOURCES[/\/img\/(\w+)/.exec(url)?.[1] ?? '']!
    const { type = 'image/webp', ratio = source.width / source.height } = rendering
    const limit = Math.min(source.width, Math.round(source.height * ratio))
    expect([url, picture.type]).toEqual([url, type])
    if (width !== undefined) expect([url, picture.width]).toEqual([url, Math.min(Math.round(width), limit)])
    // A row more or less is rounding.
    expect(Math.abs(picture.height - picture.width / ratio), url).toBeLessThanOrEqual(1)
  }

  async function checkAll(renderings: readonly Rendering[], atLeast: number): Promise<void> {
    const warn = vi.spyOn(console, 'warn')
    let checked = 0
    for (const rendering of renderings) {
      const candidates = candidatesIn(rendering)
      expect(candidates.length, `${rendering.name}: ${rendering.html}`).toBeGreaterThan(0)
      for (const candidate of candidates) await check(rendering, candidate)
      checked += candidates.length
    }
    expect(checked).toBeGreaterThanOrEqual(atLeast)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  }

  it('plain HTML', async () => {
    await checkAll(await renderHtml(base), 30)
  })

  it('unpic', async () => {
    await checkAll(renderUnpic(base), 15)
  })

  it('Nuxt Image', async () => {
    await checkAll(await renderNuxt(base), 8)
  })

  it.skipIf(!hasFrameworks)('Next.js', async () => {
    await checkAll(await renderNext(base), 20)
  })

  it.skipIf(!hasFrameworks)('Astro', async () => {
    await checkAll(await renderAstro(base), 12)
  })
})
