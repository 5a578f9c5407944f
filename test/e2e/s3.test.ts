import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { s3Store } from '../../src/edge/store/s3/s3-store.ts'
import { readHeader, wholeLayers } from '../../src/format/reader.ts'
import { type OriginProcess, put, startEdge, startOrigin, tinted, until } from './real.ts'
import { HAS_MOTO, type S3Server, startMoto, startS3rver } from './s3-servers.ts'

function variablesOf({ options }: S3Server): Record<string, string> {
  return {
    S3_ENDPOINT: options.endpoint,
    S3_BUCKET: options.bucket,
    S3_REGION: options.region,
    S3_ACCESS_KEY_ID: options.accessKeyId,
    S3_SECRET_ACCESS_KEY: options.secretAccessKey,
  }
}

async function keysOf({ options }: S3Server): Promise<string[]> {
  return (await s3Store(options).list({ prefix: '' })).entries.map(({ key }) => key)
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

describe.skipIf(!HAS_MOTO)('the ready Worker beside an S3 bucket', { timeout: 240_000 }, () => {
  let origin: OriginProcess
  let server: S3Server
  let edge: Awaited<ReturnType<typeof startEdge>>
  beforeAll(async () => {
    ;[origin, server] = await Promise.all([startOrigin(), startMoto()])
    edge = await startEdge(origin.url, variablesOf(server))
  })
  afterAll(() => Promise.all([edge.stop(), server.stop(), origin.stop()]))

  it('is healthy', async () => {
    const health = await fetch(edge.url.replace('img/', 'health'))
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', transcoder: 'ok' }])
  })

  it('stores, encodes, serves, replaces and deletes an image', async () => {
    const url = `${edge.url}red`
    expect(await put(url, await tinted('red'))).toBe(202)
    // Before it is encoded, the origin makes the picture of the original.
    const first = await fetch(`${url}?w=100&f=webp`)
    expect([first.status, (await sharp(await bytesOf(first)).metadata()).width]).toEqual([200, 100])
    await until(url, ({ state }) => state === 'ready')

    const plain = await fetch(`${url}?w=150&f=webp`)
    expect(plain.headers.get('Strata-Plan')).toMatch(/^transcode;layer=1;w=150;f=webp/)
    const { format, width } = await sharp(await bytesOf(plain)).metadata()
    expect([format, width]).toEqual(['webp', 150])

    const native = await bytesOf(await fetch(`${url}?f=native`))
    const header = readHeader(native)
    expect([header.layers.length, wholeLayers(header, native.length)]).toEqual([2, 2])
    const [, end] = [header.layers[0]?.start, header.layers[0]?.end ?? 0]
    const part = await fetch(`${url}?f=native`, { headers: { Range: `bytes=${end}-` } })
    expect(part.status).toBe(206)
    expect(await bytesOf(part)).toEqual(native.subarray(end))

    const list = await (await fetch(edge.url.replace(/\/$/, ''))).json()
    expect(list).toMatchObject({ images: [{ id: 'red', state: 'ready' }] })
    while (!(await keysOf(server)).some((key) => key.startsWith('picture/red/'))) await sleep(50)

    expect(await put(url, await tinted('blue'))).toBe(202)
    const etag = plain.headers.get('ETag')
    await until(url, ({ replacing }) => replacing === undefined)
    await sleep(1100) // for so long an isolate believes a record that it has read
    expect((await fetch(`${url}?w=150&f=webp`)).headers.get('ETag')).not.toBe(etag)

    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(`${url}?w=150`)).status).toBe(404)
    while ((await keysOf(server)).length > 1) await sleep(50)
    expect(await keysOf(server)).toEqual(['health/conditional-writes'])
  })
})

it('the ready Worker refuses an S3 server without conditional writes by name', async () => {
  const server = await startS3rver()
  onTestFinished(() => server.stop())
  const edge = await startEdge('http://127.0.0.1:9', variablesOf(server))
  onTestFinished(() => edge.stop())
  const message = expect.stringContaining('conditional writes')
  const health = await fetch(edge.url.replace('img/', 'health'))
  expect([health.status, await health.json()]).toEqual([503, { error: { code: 'STORAGE_FAILED', message } }])
  const upload = await fetch(`${edge.url}a`, { method: 'PUT', body: await tinted('red') })
  expect([upload.status, await upload.json()]).toEqual([503, { error: { code: 'STORAGE_FAILED', message } }])
  expect((await keysOf(server)).filter((key) => key.startsWith('state/'))).toEqual([])
})
