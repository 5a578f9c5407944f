import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { imageIdOf, imageIds } from '../../src/cli/image-ids.ts'
import { putImage } from '../../src/cli/upload-file.ts'
import { folder, strata } from './harness.ts'

interface Put {
  readonly url: string
  readonly authorization: string | undefined
  readonly sha256: string
}

/** An edge that answers as ours does; an image is ready when it was asked for twice, never-png never. */
async function fakeEdge(failing: readonly string[] = [], token?: string) {
  const puts: Put[] = []
  const asked = new Map<string, number>()
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', 'http://edge')
    const id = pathname.replace('/cdn/img/', '').replace('.json', '')
    const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.method === 'PUT') {
      const hash = createHash('sha256')
      for await (const chunk of request) hash.update(chunk)
      const { authorization } = request.headers
      puts.push({ url: request.url ?? '', authorization, sha256: hash.digest('hex').slice(0, 32) })
      if (request.headers['content-length'] === undefined) return void send(411, {})
      return void send(202, { id, state: 'queued' })
    }
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return void send(403, { error: { code: 'SIGNATURE_MISSING', message: 'sig: none' } })
    const times = (asked.get(id) ?? 0) + 1
    asked.set(id, times)
    if (failing.includes(id))
      return void send(422, { error: { code: 'INPUT_CORRUPT', message: 'picture: cut' } })
    // First an older image under the same id, then nothing yet, then the new one.
    if (times === 1) return void send(200, { state: 'ready', source: { sha256: 'old' } })
    if (times === 2 || id === 'never-png') return void send(202, { state: 'encoding', attempt: 1 })
    const put = puts.findLast(({ url }) => new URL(url, 'http://edge').pathname === `/cdn/img/${id}`)
    send(200, { state: 'ready', bytes: 99, source: { width: 8, height: 8, sha256: put?.sha256 } })
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { puts, to: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cdn/` }
}

describe('upload', () => {
  it('uploads and waits for these very bytes', async () => {
    const { puts, to } = await fakeEdge()
    const dir = await folder({ 'my cat.png': 'meow' })
    const argv = ['upload', join(dir, 'my cat.png'), '--to', to, '--quality', '80', '--json']
    const { code, json } = await strata(argv, { env: { UPLOAD_TOKEN: 'secret' } })
    expect(code).toBe(0)
    expect(json().files).toEqual([
      expect.objectContaining({ id: 'my-cat-1a1dad87-png', state: 'ready', bytes: 99 }),
    ])
    expect(json().files[0].url).toBe(`${to}img/my-cat-1a1dad87-png`)
    expect(puts).toEqual([
      expect.objectContaining({
        url: '/cdn/img/my-cat-1a1dad87-png?quality=80',
        authorization: 'Bearer secret',
      }),
    ])
  })

  it('sends its token when only signed URLs are answered', async () => {
    const { to } = await fakeEdge([], 'secret')
    const argv = ['upload', join(await folder({ 'a.png': 'x' }), 'a.png'), '--to', to]
    expect((await strata(argv, { env: { UPLOAD_TOKEN: 'secret' } })).code).toBe(0)
    const without = await strata(argv)
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('sig: none')])
  })

  it('does not wait with --no-wait, and takes an id', async () => {
    const { puts, to } = await fakeEdge()
    const dir = await folder({ 'a.png': 'x' })
    const { code, json } = await strata([
      'upload',
      join(dir, 'a.png'),
      '--to',
      to,
      '--id',
      'b',
      '--no-wait',
      '--json',
    ])
    expect([code, json().files[0].state, puts[0]?.url]).toEqual([0, 'queued', '/cdn/img/b'])
    expect(puts[0]?.authorization).toBeUndefined()
  })

  it('is partial when one of several fails', async () => {
    const { to } = await fakeEdge(['b-png'])
    const dir = await folder({ 'a.png': 'x', 'b.png': 'y' })
    const { code, json } = await strata([
      'upload',
      join(dir, 'a.png'),
      join(dir, 'b.png'),
      '--to',
      to,
      '--json',
    ])
    expect(code).toBe(3)
    expect(json().failed[0].error).toEqual({ code: 'INPUT_CORRUPT', message: 'picture: cut' })
  })

  it('fails when the image is not ready in time or no server answers', async () => {
    const { to } = await fakeEdge()
    const dir = await folder({ 'never.png': 'x' })
    const late = await strata(['upload', join(dir, 'never.png'), '--to', to, '--timeout', '1'])
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('never-png is not ready after 1 s')])
    const dead = await strata(['upload', join(dir, 'never.png'), '--to', 'http://127.0.0.1:9/cdn'])
    expect([dead.code, dead.err]).toEqual([1, expect.stringContaining('http://127.0.0.1:9 does not answer')])
  })

  it('uploads the pictures of a folder, and continues where it was stopped', async () => {
    const failing = ['below--b-JPG']
    const { puts, to } = await fakeEdge(failing)
    const dir = await folder({ 'a.png': 'x', 'notes.txt': 'no picture', '.hidden.png': 'h' })
    await mkdir(join(dir, 'below'))
    await writeFile(join(dir, 'below', 'b.JPG'), 'y')
    const manifest = join(dir, 'manifest.jsonl')
    const argv = ['upload', dir, '--to', to, '--manifest', manifest, '--json']
    const first = await strata(argv)
    expect(first.code).toBe(3)
    expect(first.err).toContain('left out, because their names are not those of pictures: ')
    expect(first.json()).toMatchObject({
      files: [{ file: join(dir, 'a.png'), id: 'a-png', state: 'ready' }],
      ignored: [join(dir, 'notes.txt')],
      failed: [{ input: join(dir, 'below', 'b.JPG'), error: { code: 'INPUT_CORRUPT' } }],
      skipped: 0,
    })
    failing.length = 0
    const second = await strata(argv)
    expect([second.code, second.json().skipped]).toEqual([0, 1])
    expect(second.json().files.map(({ id }: { id: string }) => id)).toEqual(['a-png', 'below--b-JPG'])
    const urls = puts.map(({ url }) => url.replace('/cdn/img/', ''))
    expect(urls.sort()).toEqual(['a-png', 'below--b-JPG', 'below--b-JPG'])
    // What has changed is uploaded again, and so is everything that goes elsewhere.
    await writeFile(join(dir, 'a.png'), 'changed')
    expect((await strata(argv)).json().skipped).toBe(1)
    expect((await strata([...argv, '--quality', '70'])).json().skipped).toBe(0)
  })

  it('tries again while the edge cannot store', async () => {
    let puts = 0
    const server = createServer((request, response) => {
      request.resume()
      const busy = ++puts < 3
      const body = busy
        ? { error: { code: 'STORAGE_FAILED', message: 'full' } }
        : { id: 'a', state: 'queued' }
      response.writeHead(busy ? 503 : 202).end(JSON.stringify(body))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const target = { base, timeoutMs: 1000, pauseMs: 1 }
    expect(await putImage({ id: 'a', bytes: new Uint8Array([1]) }, target)).toBe('queued')
    expect(puts).toBe(3)
  })

  it('reports why an image is not ready', async () => {
    const open = {
      state: 'queued',
      attempt: 2,
      error: { code: 'ORIGIN_FAILED', message: 'the origin does not answer' },
    }
    const to = await answering((method) => (method === 'PUT' ? { state: 'queued' } : open))
    const argv = ['upload', join(await folder({ 'a.png': 'x' }), 'a.png'), '--to', to, '--timeout', '1']
    expect((await strata(argv)).err).toBe(
      'strata: a-png is not ready after 1 s: queued, attempt 2, the attempt before failed with ORIGIN_FAILED: the origin does not answer\n',
    )
  })

  it('asks for the mount point when no plugin answers', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('404 Not Found'))
    const base = await listen(server)
    const { err } = await strata(['upload', join(await folder({ 'a.png': 'x' }), 'a.png'), '--to', base])
    expect(err).toBe(
      `strata: ${base}/img/a-png answered 404, not as a Strata edge does; expected the address where the plugin is mounted, such as ${base}/cdn\n`,
    )
  })

  it('refuses two files of one id by name, and --id for several', async () => {
    const { to } = await fakeEdge()
    const twice = await strata(['upload', 'x/a.png', 'y/a.png', '--to', to])
    expect([twice.code, twice.err]).toEqual([
      2,
      'strata: x/a.png and y/a.png would both get the id a-png; rename one, or upload it alone with --id\n',
    ])
    expect(await strata(['upload', 'a.png', 'b.png', '--to', to, '--id', 'c'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--id: expected one picture with it, got 2'),
    })
  })
})

describe('ids', () => {
  it.each([
    ['a.png', 'a-png'],
    ['a.webp', 'a-webp'],
    ['my-cat.jpg', 'my-cat-jpg'],
    ['my cat.jpg', 'my-cat-HASH-jpg'],
    ['trip/day-1/cat.JPG', 'trip--day-1--cat-JPG'],
    ['trip/day 1/cat.JPG', 'trip--day-1--cat-HASH-JPG'],
    ['IMG_0001.jpeg', 'IMG_0001-jpeg'],
    ['no-extension', 'no-extension-HASH'],
    ['Über uns (1).final.png', 'Uber-uns-1-final-bef197ff-png'],
    ['東京.png', '1d6f7df8-png'],
  ])('of %s is %s', (path, id) =>
    expect(imageIdOf(path)).toMatch(new RegExp(`^${id.replace('HASH', '[0-9a-f]{8}')}$`)),
  )

  it('are distinct and valid, whatever the names are', () => {
    const names = [
      '東京.png',
      '大阪.png',
      'ä.png',
      'a.png',
      'ö.png',
      'a b.png',
      'a-b.png',
      'a--b.png',
      'a/b.png',
      'a.b.png',
      'a_b.png',
      'a/-b.png',
      'a-/b.png',
      '-a-b.png',
      'a-b',
      'a.b',
      'a-png.png',
      'a.png.png',
      'A.png',
      'a.PNG',
      '....',
      '(.png',
      `${'a'.repeat(300)}.png`,
      `${'a'.repeat(301)}.png`,
    ]
    const ids = names.map(imageIdOf)
    expect(new Set(ids).size).toBe(names.length)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,128}$/)
  })

  it('are the same for a name in either Unicode form', () => {
    expect(imageIdOf('Über.png'.normalize('NFD'))).toBe(imageIdOf('Über.png'.normalize('NFC')))
  })

  it('stay when a file is added', () => {
    const files = (...names: string[]) => names.map((name) => ({ path: `${name}.png`, name }))
    const before = imageIds(files('b', 'ö'))
    const after = imageIds([{ path: 'b.jpg', name: 'b' }, ...files('a', 'b', 'o', 'ö', '大阪', 'a b', 'a-b')])
    for (const [path, id] of before) expect(after.get(path)).toBe(id)
  })
})

/** An edge that answers every request with 202 and what `bodyOf` gives for its method. */
async function answering(bodyOf: (method: string) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(202).end(JSON.stringify(bodyOf(request.method ?? '')))
  })
  return `${await listen(server)}/cdn`
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
