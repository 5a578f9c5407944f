import sharp from 'sharp'
import { expect, it } from 'vitest'
import { delegateCh } from '../../../src/edge/request/client-hints.ts'
import { event } from './browser.ts'
import { describeOnStage } from './stage.ts'

describeOnStage('pages and servers that do not let it work', (stage) => {
  it.each([
    ['forbids WebAssembly', "script-src 'self' 'unsafe-inline'; worker-src 'self'"],
    ['forbids workers', "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'none'"],
    ['forbids data URIs', `img-src ${'http:'}; script-src 'self' 'unsafe-inline'; worker-src 'none'`],
  ])('shows the plain image where a policy %s', async (_, policy) => {
    const headers = { 'Content-Security-Policy': policy }
    stage.pages.setLibraryHeaders(headers)
    await stage.open(
      stage.img('loading="lazy"'),
      "strata.enhance(document, { replace: 'always' })",
      '',
      headers,
    )
    await stage.tab.waitForFunction(() =>
      (document.getElementById('a') as HTMLImageElement).currentSrc.includes('w=320'),
    )
    await stage.tab.waitForFunction(
      () => (document.getElementById('a') as HTMLImageElement).naturalWidth === 320,
    )
    expect(await stage.tab.evaluate(() => document.querySelectorAll('canvas').length)).toBe(0)
    stage.pages.setLibraryHeaders({})
  })

  it('decodes under a Content-Security-Policy that allows workers and WebAssembly', async () => {
    const policy = `default-src 'none'; img-src data: ${stage.servers.url}; connect-src 'self' ${stage.servers.url}; worker-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'`
    const headers = {
      'Content-Security-Policy': policy,
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Opener-Policy': 'same-origin',
    }
    stage.pages.setLibraryHeaders(headers)
    await stage.open(
      stage.img('loading="lazy"'),
      "strata.enhance(document, { replace: 'always' })",
      '',
      headers,
    )
    await event(stage.tab, 'painted')
    expect(await stage.tab.evaluate(() => crossOriginIsolated)).toBe(true)
    stage.pages.setLibraryHeaders({})
  })

  it.each([
    ['an image that is not there', '/img/none'],
    ['a server that is no Strata CDN and has no CORS', '/img/foreign'],
  ])('leaves %s to the browser', async (_, path) => {
    const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
      .jpeg()
      .toBuffer()
    stage.pages.set('/img/foreign', jpeg, { 'Content-Type': 'image/jpeg' })
    const base = path.endsWith('none') ? stage.cdn : stage.pages.url.replace('127.0.0.1', 'localhost')
    await stage.open(
      `<img id="a" src="${base}${path}?w=320" width="40" height="30" alt="" loading="lazy">`,
      "strata.enhance(document, { replace: 'always' })",
    )
    const { code } = await event(stage.tab, 'failed')
    expect(code).toMatch(/^[A-Z_]+$/)
    expect(await stage.source()).toBe(`${base}${path}?w=320`)
    const visibleWidth = () =>
      stage.tab.evaluate(() => (document.getElementById('a') as HTMLImageElement).naturalWidth)
    if (path.endsWith('foreign')) await expect.poll(visibleWidth).toBe(40)
  })

  it('sends hints to another origin when the page delegates them', async () => {
    const sent = stage.tab.waitForRequest((request) => request.url().endsWith('/img/hills'))
    const head = delegateCh(new URL(stage.servers.url).origin)
    await stage.open(
      `<img id="a" src="${stage.cdn}/img/hills" sizes="300px" width="300" height="200" alt="">`,
      '',
      head,
    )
    expect((await (await sent).allHeaders())['sec-ch-width']).toBe('300')
    const response = await (await sent).response()
    expect(response?.headers()['strata-plan']).toContain('w=384')
  })
})
