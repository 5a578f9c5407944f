import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type S3StoreOptions, s3Store } from '../../../src/edge/store/s3/s3-store.ts'
import { startS3rver } from '../../e2e/s3-servers.ts'

const OPTIONS: S3StoreOptions = {
  endpoint: 'http://127.0.0.1:9',
  bucket: 'images',
  region: 'us-east-1',
  accessKeyId: 'id',
  secretAccessKey: 'very secret',
  timeoutMs: 200,
}

/** A server that misbehaves on purpose, which no real one can be told to do; a store of it, and what it was asked. */
async function misbehaving(listener: RequestListener, options: Partial<S3StoreOptions> = {}) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    listener(request, response)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { asked, store: s3Store({ ...OPTIONS, endpoint: `http://127.0.0.1:${port}`, ...options }) }
}

function failed(message: string | RegExp) {
  return expect.objectContaining({ code: 'STORAGE_FAILED', message: expect.stringMatching(message) })
}

const OBJECT = { ETag: '"a"', 'Last-Modified': 'Sat, 01 Aug 2026 00:00:00 GMT' }
const listing = (...keys: string[]) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated>${keys.map((key) => `<Contents><Key>${key}</Key><LastModified>2026-08-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>`).join('')}</ListBucketResult>`

describe('s3Store', () => {
  it.each<[Partial<Record<keyof S3StoreOptions, unknown>>, string]>([
    [
      { endpoint: undefined },
      's3Store option endpoint: expected an http or https URL such as .*, got nothing',
    ],
    [{ endpoint: 's3.example.com' }, 'option endpoint: .* got "s3.example.com"'],
    [{ endpoint: 'https://user:pass@s3.example.com' }, 'option endpoint'],
    [{ endpoint: 'https://s3.example.com/?x=1' }, 'option endpoint'],
    [{ endpoint: 'ftp://s3.example.com' }, 'option endpoint'],
    [{ endpoint: 'https://{name}.example.com' }, 'option endpoint'],
    [{ bucket: 'a/b' }, 'option bucket: expected the name of a bucket, got "a/b"'],
    [{ bucket: '' }, 'option bucket: .* got nothing'],
    [{ region: 'eu central' }, 'option region: .* got "eu central"'],
    [{ region: undefined }, 'option region: .* got nothing'],
    [{ accessKeyId: '' }, 'option accessKeyId: .* got nothing'],
    [{ accessKeyId: 'a\nb' }, 'option accessKeyId: .* got something else'],
    [{ secretAccessKey: 17 }, 'option secretAccessKey: .* got something else'],
    [{ prefix: '/a/' }, 'option prefix: expected folders such as strata/, got "/a/"'],
    [{ prefix: 'a/../b/' }, 'option prefix'],
    [{ prefix: 'a?b' }, 'option prefix'],
    [{ timeoutMs: 0 }, 'option timeoutMs: expected an integer from 1 to 600000, got 0'],
  ])('refuses %j', (change, message) => {
    expect(() => s3Store({ ...OPTIONS, ...change } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('an S3 server', () => {
  it('that is not there fails', async () => {
    const store = s3Store(OPTIONS)
    await expect(store.get('a')).rejects.toEqual(failed('^S3 GET a: expected an answer, got none$'))
  })

  it('that knows another key refuses by its own code', async () => {
    const server = await startS3rver()
    onTestFinished(() => server.stop())
    const wrong = s3Store({ ...server.options, accessKeyId: 'another' })
    const message = '^S3 GET a: expected 200 or NoSuchKey, got 403 InvalidAccessKeyId$'
    await expect(wrong.get('a')).rejects.toEqual(failed(message))
    const none = s3Store({ ...server.options, bucket: 'no-such-bucket' })
    await expect(none.get('a')).rejects.toEqual(failed('got 404 NoSuchBucket$'))
    await expect(none.put('a', 'b')).rejects.toEqual(failed('^S3 PUT a: expected 200, got 404 NoSuchBucket$'))
    await expect(none.list({ prefix: '' })).rejects.toEqual(
      failed('^S3 GET: expected 200, got 404 NoSuchBucket$'),
    )
    await expect(none.check()).rejects.toEqual(failed('NoSuchBucket'))
  })

  it('that is busy is asked for a read three times, and for a write once', async () => {
    const { asked, store } = await misbehaving((_, response) =>
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>'),
    )
    await expect(store.get('a')).rejects.toEqual(failed('got 503 SlowDown'))
    await expect(store.head('b')).rejects.toEqual(failed('got 503$'))
    await expect(store.put('c', 'c')).rejects.toEqual(failed('got 503 SlowDown'))
    await expect(store.delete(['d'])).rejects.toEqual(failed('^S3 DELETE d: expected 204, got 503 SlowDown$'))
    const paths = ['GET /images/a', 'HEAD /images/b'].flatMap((path) => [path, path, path])
    expect(asked).toEqual([...paths, 'PUT /images/c', 'DELETE /images/d'])
  })

  it('that is busy once is read all the same', async () => {
    let answers = 0
    const { store } = await misbehaving((_, response) =>
      answers++ === 0
        ? response.writeHead(500).end()
        : response.writeHead(200, { ...OBJECT, 'Content-Length': 2 }).end('ok'),
    )
    expect(await (await store.get('a'))?.bytes()).toEqual(new TextEncoder().encode('ok'))
  })

  it('that never answers is given up', async () => {
    const { asked, store } = await misbehaving(() => undefined, { timeoutMs: 30 })
    await expect(store.get('a')).rejects.toEqual(failed('got none in time'))
    expect(asked).toHaveLength(3)
    await expect(store.put('b', 'b')).rejects.toEqual(
      failed('^S3 PUT b: expected an answer, got none in time'),
    )
  })

  it('that takes no more of an upload is given up', async () => {
    const { store } = await misbehaving((request) => request.pause(), { timeoutMs: 30 })
    const chunk = new Uint8Array(1024 * 1024)
    const stream = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) })
    await expect(store.put('a', { stream, length: 1e9 })).rejects.toEqual(failed('got none in time'))
  })

  it('waits for a slow upload as long as it takes', async () => {
    const { store } = await misbehaving(
      (request, response) => {
        request.resume().on('end', () => response.writeHead(200, OBJECT).end())
      },
      { timeoutMs: 10 },
    )
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        controller.enqueue(Uint8Array.of(sent))
        if (++sent === 3) controller.close()
      },
    })
    expect(await store.put('a', { stream, length: 3 })).toBe('"a"')
  })

  it('whose answer breaks off, or stops, gives no bytes', async () => {
    const { store } = await misbehaving((request, response) => {
      response.writeHead(200, { ...OBJECT, 'Content-Length': 100 })
      response.write('begun', () => request.url?.endsWith('/cut') && response.destroy())
    })
    const message = 'expected the whole body, got only its first [05] bytes'
    for (const key of ['cut', 'stops'])
      await expect((await store.get(key))?.bytes()).rejects.toEqual(failed(message))
  })

  it('that answers a range with everything is not believed', async () => {
    const { store } = await misbehaving((_, response) =>
      response.writeHead(200, { ...OBJECT, 'Content-Length': 4 }).end('0123'),
    )
    await expect(store.get('a', { start: 1, end: 2 })).rejects.toEqual(
      failed('expected 206 or NoSuchKey, got 200'),
    )
  })

  it('in another region names it', async () => {
    const headers = { Location: 'http://127.0.0.1:9/', 'x-amz-bucket-region': 'eu-west-1' }
    const { asked, store } = await misbehaving((_, response) => response.writeHead(301, headers).end())
    await expect(store.get('a')).rejects.toEqual(failed('got 301 \\(the bucket is in region eu-west-1\\)$'))
    expect(asked).toHaveLength(1)
  })

  it('that is none, such as a web site, is no empty bucket', async () => {
    const { store } = await misbehaving((_, response) =>
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>404</h1>'),
    )
    await expect(store.get('a')).rejects.toEqual(failed('got 404$'))
    const page = await misbehaving((_, response) => response.end('<html></html>'))
    await expect(page.store.get('a')).rejects.toEqual(failed('expected the header ETag, got none'))
    await expect(page.store.list({ prefix: '' })).rejects.toEqual(
      failed('expected a ListBucketResult, got something else'),
    )
  })

  it('whose listing would never end is stopped', async () => {
    const { store } = await misbehaving((_, response) => response.end(listing('a', 'b')))
    expect(await store.list({ prefix: '' })).toMatchObject({ more: true })
    await expect(store.list({ prefix: '', after: 'b' })).rejects.toEqual(
      failed('expected keys behind b, got a'),
    )
    const empty = await misbehaving((_, response) => response.end(listing()))
    await expect(empty.store.list({ prefix: '' })).rejects.toEqual(
      failed('expected keys in a truncated listing, got none'),
    )
  })

  it('that writes its keys in XML is understood', async () => {
    const { store } = await misbehaving((_, response) =>
      response.end(listing('a&amp;b&lt;', '&#252;&#x1F600;')),
    )
    expect((await store.list({ prefix: '' })).entries.map(({ key }) => key)).toEqual(['a&b<', 'ü😀'])
  })

  it('has a bucket of its own host where the endpoint says so', async () => {
    const { asked, store } = await misbehaving(
      (_, response) => response.writeHead(404).end('<Code>NoSuchKey</Code>'),
      {},
    )
    expect(await store.get('a/b')).toBeUndefined()
    expect(asked).toEqual(['GET /images/a/b'])
  })
})

describe('conditional writes', () => {
  /** Statuses of the writes with these headers. */
  const server = (ifNoneMatch: number, ifMatch: number) =>
    misbehaving((request, response) => {
      const status = request.headers['if-none-match']
        ? ifNoneMatch
        : request.headers['if-match']
          ? ifMatch
          : 200
      response
        .writeHead(status, OBJECT)
        .end(status === 501 ? '<Error><Code>NotImplemented</Code></Error>' : '')
    })

  it.each([
    [200, 200, 'one that ignores If-None-Match'],
    [412, 200, 'one that ignores If-Match'],
    [501, 501, 'one that does not know If-None-Match \\(501 NotImplemented\\)'],
    [412, 501, 'one that does not know If-Match'],
    [403, 403, 'S3 PUT health/conditional-writes: expected 200 or 412, got 403'],
  ])('that answer %i and %i are refused by name', async (ifNoneMatch, ifMatch, message) => {
    const { store } = await server(ifNoneMatch, ifMatch)
    await expect(store.check()).rejects.toEqual(failed(message))
    await expect(store.put('a', 'a', { onlyIf: { etag: '"a"' } })).rejects.toEqual(failed(message))
  })

  it('are tried once, not before every write', async () => {
    const { asked, store } = await server(412, 412)
    for (const key of ['a', 'b', 'c']) expect(await store.put(key, key, { onlyIf: 'absent' })).toBeUndefined()
    const probe = 'PUT /images/health/conditional-writes'
    expect(asked).toEqual([probe, probe, 'PUT /images/a', 'PUT /images/b', 'PUT /images/c'])
  })

  it('that meet another write are tried again, three times at most', async () => {
    const conflicts = { once: 1, always: 99 }
    const { asked, store } = await misbehaving((request, response) => {
      const key = request.url?.split('/').at(-1)
      const left = key === 'once' || key === 'always' ? conflicts[key]-- : 0
      const isProbe = request.url?.includes('health/')
      response.writeHead(isProbe ? 412 : left > 0 ? 409 : 200, OBJECT)
      response.end(left > 0 ? '<Error><Code>ConditionalRequestConflict</Code></Error>' : '')
    })
    expect(await store.put('once', 'x', { onlyIf: 'absent' })).toBe('"a"')
    await expect(store.put('always', 'x', { onlyIf: 'absent' })).rejects.toEqual(
      failed('got 409 ConditionalRequestConflict'),
    )
    expect(asked.filter((path) => path.endsWith('/always'))).toHaveLength(3)
  })
})
