import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startReadyWorker } from '../../e2e/edge.ts'
import { plainPng } from '../../origin/fixtures.ts'
import { strata } from '../harness.ts'

interface NamedCheck {
  readonly name: string
  readonly state: string
  readonly detail: string
}

/** A website with two pictures, one of them with an ETag. */
async function startWebsite() {
  const png = await plainPng(64, 48, 'teal')
  const server = createServer((request, response) => {
    if (request.url === '/m/tagged%20one.png') response.setHeader('ETag', '"1"')
    else if (request.url !== '/m/plain.png') return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': png.length }).end(png)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/m/`
}

function sourceChecks(outcome: { json(): { checks: readonly NamedCheck[] } }): string[] {
  const { checks } = outcome.json()
  const shown = checks.filter(({ name }) => /^(source|picture)/.test(name))
  return shown.map(({ name, state, detail }) => `${name} ${state}: ${detail}`)
}

describe('doctor --sources', () => {
  it('names the error in the text', async () => {
    const text = 'site=ftp://example.com/'
    const { code, out } = await strata(['doctor', '--sources', text])
    expect(code).toBe(1)
    expect(out).toContain(`FAILED sources: SOURCES: expected name=https://host/path/`)
    const inner = await strata(['doctor', '--json'], { env: { SOURCES: 'site=https://10.0.0.1/' } })
    expect(sourceChecks(inner)).toEqual([expect.stringMatching(/^sources failed: .*site\.url: expected/)])
  })

  it('requests the websites, and leaves the buckets to the Worker', async () => {
    const url = await startWebsite()
    const SOURCES = `site=${url} gone=http://127.0.0.1:9/ media=r2:MEDIA`
    const outcome = await strata(['doctor', '--json'], { env: { SOURCES, LOOPBACK_SOURCES: 'true' } })
    expect(sourceChecks(outcome)).toEqual([
      'sources ok: site, gone, media',
      `source site ok: ${new URL(url).host} answers`,
      expect.stringMatching(/^source gone failed: http:\/\/127\.0\.0\.1:9 does not answer/),
      expect.stringMatching(/^source media skipped: a bucket/),
    ])
  })
})

it('doctor --url checks from outside whether a deployment reaches its sources, and their validators', async () => {
  const url = await startWebsite()
  const SOURCES = `site=${url} gone=http://127.0.0.1:9/`
  const bindings = { SOURCES, LOOPBACK_SOURCES: 'true', UPLOAD_TOKEN: 'token' }
  const edge = await startReadyWorker({ ORIGIN_URL: 'http://127.0.0.1:9', ...bindings })
  onTestFinished(() => edge.dispose())
  const to = `${(await edge.ready).href}cdn`
  const run = (text: string, picture: string) =>
    strata(['doctor', '--url', to, '--token', 'no', '--sources', text, '--picture', picture, '--json'], {
      env: { LOOPBACK_SOURCES: 'true' },
    })
  expect(
    sourceChecks(await run(`site=${url} gone=http://127.0.0.1:9/ other=r2:MEDIA`, 'site/tagged one.png')),
  ).toEqual([
    'sources ok: site, gone, other',
    'source site ok: the deployment asks it',
    expect.stringMatching(
      /^source gone failed: expected that it has no .*, got 502: source gone: the server/,
    ),
    expect.stringMatching(
      /^source other failed: expected that it has no .*, got 404: source: expected the name/,
    ),
    expect.stringMatching(
      /^picture site\/tagged one\.png ok: pulled as s_[0-9a-f]{32}; its source sends an ETag/,
    ),
  ])
  expect(sourceChecks(await run(`site=${url}`, 'site/plain.png')).slice(2)).toEqual([
    expect.stringMatching(
      /^picture site\/plain\.png failed: its source sends neither ETag nor Last-Modified/,
    ),
  ])
  expect(sourceChecks(await run(`site=${url}`, 'site/none.png')).slice(2)).toEqual([
    expect.stringMatching(
      /^picture site\/none\.png failed: expected a pulled picture, got 404: source site has no/,
    ),
  ])
})
