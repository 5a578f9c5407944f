import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOriginApp } from '../../../src/origin/app.ts'
import { readConfig } from '../../../src/origin/config.ts'
import { startServer } from '../../../src/origin/server.ts'
import { openModelFolder } from '../../../src/runtime/model-files.ts'
import { startReadyWorker, startWorker } from '../../e2e/edge.ts'
import { fakeEncode } from '../../origin/fixtures.ts'
import { strata } from '../harness.ts'

const { modelSet } = (await openModelFolder()).manifest

interface Image {
  readonly state: string
  modelSet?: string
}

/** An edge that knows only what `reencode` asks of one. Ids that end in -broken have lost their original. */
async function fakeEdge(images: Record<string, Image>) {
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

describe('reencode', () => {
  const images = (): Record<string, Image> => ({
    live: { state: 'ready', modelSet },
    dead: { state: 'ready', modelSet: 'older' },
    failed: { state: 'failed' },
    'dead-broken': { state: 'ready', modelSet: 'older' },
    open: { state: 'encoding' },
  })
  const run = (to: string, ...argv: string[]) =>
    strata(['reencode', '--to', to, '--json', ...argv], { env: { UPLOAD_TOKEN: 'secret' } })

  it('renews the images of a dead model set; those without an original fail', async () => {
    const { posts, to } = await fakeEdge(images())
    const { code, json } = await run(to)
    expect(code).toBe(3)
    expect(json()).toMatchObject({
      files: [{ id: 'dead', modelSet, bytes: 7 }],
      failed: [{ input: 'dead-broken', error: { code: 'NOT_FOUND' } }],
    })
    expect(posts).toEqual(['dead'])
  })

  it.each<[string[], string[]]>([
    [['--dry-run'], []],
    [['--failed', 'failed'], ['failed']],
    [['live'], ['live']],
    [
      ['--model-set', 'older', '--failed'],
      ['failed', 'live'],
    ],
  ])('%j', async (argv, expected) => {
    const { posts, to } = await fakeEdge(images())
    const { code } = await run(to, ...argv)
    expect([code, posts.sort()]).toEqual([0, expected])
  })

  it('says which images there are not, and that the token is missing', async () => {
    const { to } = await fakeEdge(images())
    expect(await run(to, 'live', 'nowhere')).toMatchObject({
      code: 3,
      err: expect.stringContaining('nowhere'),
    })
    expect(await strata(['reencode', '--to', to])).toMatchObject({
      code: 1,
      err: expect.stringContaining('token'),
    })
  })
})

describe('doctor --url', () => {
  it('says that nobody is there, or nobody of ours', async () => {
    const gone = await strata(['doctor', '--url', 'http://127.0.0.1:9/cdn', '--json'])
    expect([gone.code, gone.json().checks]).toEqual([
      1,
      [expect.objectContaining({ name: 'health', ok: false })],
    ])
    const { to } = await fakeEdge({})
    const wrong = await strata(['doctor', '--url', to])
    expect(wrong).toMatchObject({ code: 1, out: expect.stringMatching(/^FAILED health: expected 200/) })
    expect((await strata(['doctor', '--url', 'nowhere'])).code).toBe(2)
  })

  it('goes the whole way of a picture, says what to mend, and leaves nothing', async () => {
    const config = readConfig({ ORIGIN_PORT: '0', ORIGIN_KEY: 'key' })
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    onTestFinished(() => server.close())
    const edge = await startWorker(server.url, 'key')
    onTestFinished(() => edge.dispose())
    const { code, json } = await strata(['doctor', '--url', `${(await edge.ready).href}cdn`, '--json'])
    expect(code).toBe(1)
    const checks = json().checks as { name: string; ok: boolean; detail: string }[]
    expect(checks.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
      ...['health true', 'uploads guarded true', 'upload true', 'encode true', 'models false'],
      // The transcoder of this edge always fails.
      ...['signatures true', 'native true', 'transcode false', 'headers false', 'cache false', 'hints false'],
    ])
    expect(checks.find(({ name }) => name === 'models')?.detail).toMatch(
      /encodes for set 0123456789abcdef, installed here is .* \(to do: deploy/,
    )
    expect(checks.find(({ name }) => name === 'transcode')?.detail).toMatch(
      /502 TRANSCODE_FAILED|500 INTERNAL/,
    )
    const { objects } = await (await edge.getR2Bucket('IMAGES')).list()
    expect(objects).toEqual([])
  }, 30_000)

  it.each(['false', 'true'])(
    'reads by signed URLs where others are refused, with SIGN_QUERY=%s',
    async (signQuery) => {
      const config = readConfig({ ORIGIN_PORT: '0' })
      const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
      onTestFinished(() => server.close())
      const keys = 'a:a secret of some length'
      const edge = await startReadyWorker({
        ORIGIN_URL: server.url,
        UPLOAD_TOKEN: 'token',
        SIGNING_KEYS: keys,
        SIGN_QUERY: signQuery,
      })
      onTestFinished(() => edge.dispose())
      const argv = ['doctor', '--url', `${(await edge.ready).href}cdn`, '--token', 'token', '--json']
      const run = async (...more: string[]) => {
        const checks = (await strata([...argv, ...more])).json().checks as {
          name: string
          ok: boolean
          detail: string
        }[]
        return {
          names: checks.map(({ name }) => name),
          failed: checks.filter(({ ok }) => !ok).map(({ name }) => name),
          signatures: checks.find(({ name }) => name === 'signatures')?.detail,
        }
      }
      // The stand-in of the codec makes files of another model set.
      const whole = await run('--key', keys)
      expect(whole.failed).toEqual(['models'])
      expect(whole.signatures).toBe(
        `only signed URLs are answered; signatures cover the path${signQuery === 'true' ? ' and the parameters' : ''}`,
      )
      const without = await run()
      // One problem, one failure: what it hides is named in one line.
      expect(without.failed).toEqual(['models', 'signatures'])
      expect(without.signatures).toMatch(
        /^only signed URLs are answered, and no key was given \(to do: give one of .* by --key/,
      )
      expect(without.names.at(-1)).toBe('reading')
      const wrong = await run('--key', 'a:another secret of that length')
      expect(wrong.failed).toEqual(['models', 'signatures'])
      expect(wrong.signatures).toMatch(/^expected 200 for a URL signed with key a, got 403/)
      expect((await (await edge.getR2Bucket('IMAGES')).list()).objects).toEqual([])
    },
    30_000,
  )

  it('says that nothing is signed where a key is given', async () => {
    const config = readConfig({ ORIGIN_PORT: '0' })
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    onTestFinished(() => server.close())
    const edge = await startReadyWorker({ ORIGIN_URL: server.url, UPLOAD_TOKEN: 'token' })
    onTestFinished(() => edge.dispose())
    const url = `${(await edge.ready).href}cdn`
    const key = 'a:a secret of some length'
    const { out } = await strata(['doctor', '--url', url, '--token', 'token', '--key', key])
    expect(out).toMatch(/^FAILED signatures: expected 403 for an unsigned URL, got 200 \(to do: /m)
    expect((await strata(['doctor', '--url', url, '--key', 'nonsense'])).code).toBe(2)
  }, 30_000)
})
