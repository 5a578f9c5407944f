import { describe, expect, it, vi } from 'vitest'
import type { RenderRequest } from '../../../src/edge/origin/render.ts'
import { considerPromotion, Demand } from '../../../src/edge/variants/promotion.ts'
import type { Variant } from '../../../src/edge/variants/variant-store.ts'
import { answerWith, BUCKET, bytesOf, createCdn, createQueuedCdn, strataFile, textOf } from '../cdn.ts'

const OPTIONS = { persist: true, promote: true } as const

/** A WebP file by its frame alone. */
function webp(text: string): Uint8Array {
  const ascii = (part: string) => [...part].map((letter) => letter.charCodeAt(0))
  const body = ascii(text.padEnd(16))
  return Uint8Array.from([...ascii('RIFF'), body.length + 4, 0, 0, 0, ...ascii('WEBP'), ...body])
}

function origin(
  answer: () => Response = () => new Response(webp('best'), { headers: { 'Strata-Size': '640x320' } }),
) {
  const asked: URLSearchParams[] = []
  const render = async (request: Request) => {
    asked.push(new URL(request.url).searchParams)
    await request.arrayBuffer()
    return answer()
  }
  return { asked, render }
}

/** Another data centre: its cache is empty, its bucket is the same. */
async function forgetCaches(id: string, cdn: ReturnType<typeof createCdn>) {
  const { objects } = await BUCKET.list({ prefix: `picture/${id}/` })
  for (const { key } of objects) {
    const [, , hash, decision] = key.split('/')
    await caches.default.delete(
      new URL(`/.strata/picture/${id}/${hash}/l${decision}`, 'http://cdn.localhost'),
    )
  }
  return cdn
}

async function storedPictures(id: string) {
  const { objects } = await BUCKET.list({ prefix: `picture/${id}/` })
  return await Promise.all(
    objects.map(async ({ key }) => new TextDecoder().decode(await (await BUCKET.get(key))?.arrayBuffer())),
  )
}

const URL_OF = (id: string) => `/cdn/img/${id}?w=640&f=webp`

describe('a picture that is found in the bucket again', () => {
  it("is made once more by the origin, which may take its time, and replaces the edge's", async () => {
    const { asked, render } = origin()
    const cdn = createCdn(answerWith(strataFile(61)), OPTIONS, render)
    await cdn.put('/cdn/img/hot')
    const made = await cdn.get(URL_OF('hot'))
    expect(await textOf(made)).toContain('webp 640x320')
    await forgetCaches('hot', cdn)
    await cdn.get(URL_OF('hot'))
    expect(asked).toHaveLength(0)
    await forgetCaches('hot', cdn)
    await cdn.get(URL_OF('hot'))
    await vi.waitFor(async () => expect((await storedPictures('hot'))[0]).toContain('best'))
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ w: '640', f: 'webp', q: '75', wait: '0' })
    await forgetCaches('hot', cdn)
    const best = await cdn.get(URL_OF('hot'))
    expect(await textOf(best)).toContain('best')
    const [before, after] = [made, best].map(({ headers }) => headers.get('ETag') ?? '')
    expect(after).not.toBe(before)
    expect([made, best].map(({ headers }) => headers.get('Strata-Plan'))).toEqual([
      'transcode;layer=2;w=640;f=webp',
      'render;w=640;f=webp',
    ])
    // Who holds either has the picture.
    for (const held of [before, after]) {
      const same = await cdn.get(URL_OF('hot'), { 'If-None-Match': held ?? '' })
      expect([same.status, same.headers.get('ETag')]).toEqual([304, held])
    }
    const head = await cdn.get(URL_OF('hot'), {}, 'HEAD')
    expect(['ETag', 'Strata-Plan'].map((name) => head.headers.get(name))).toEqual([
      after,
      'render;w=640;f=webp',
    ])
    const info = await (await cdn.get('/cdn/img/hot.json')).json<{ pictures: unknown }>()
    expect(info.pictures).toEqual({ kept: 1, promoted: 1, promotes: true })
    for (let i = 0; i < 4; i++) {
      await forgetCaches('hot', cdn)
      await cdn.get(URL_OF('hot'))
    }
    expect(asked).toHaveLength(1)
  })

  it('goes through the queue as one job, and a job that comes twice does nothing more', async () => {
    const { asked, render } = origin()
    const cdn = createQueuedCdn(answerWith(strataFile(62)), OPTIONS, render)
    await cdn.put('/cdn/img/queued-hot')
    await cdn.deliver(cdn.sent.at(-1)?.body)
    for (let i = 0; i < 6; i++) {
      await cdn.get(URL_OF('queued-hot'))
      await forgetCaches('queued-hot', cdn)
    }
    const jobs = cdn.sent.filter(({ body }) => body.kind === 'promote')
    expect(jobs).toHaveLength(1)
    expect(await cdn.deliver(jobs[0]?.body)).toBe('ack')
    expect(await cdn.deliver(jobs[0]?.body)).toBe('ack')
    expect(asked).toHaveLength(1)
    expect(await storedPictures('queued-hot')).toEqual([expect.stringContaining('best')])
  })

  it('is made once more too where the origin had to make it in a hurry', async () => {
    const texts = ['quick', 'best']
    const headers = { 'Strata-Size': '2400x1200' }
    const { asked, render } = origin(() => new Response(webp(texts.shift() ?? ''), { headers }))
    const cdn = createCdn(answerWith(strataFile(66)), OPTIONS, render)
    await cdn.put('/cdn/img/large')
    const address = '/cdn/img/large?w=3000&f=webp'
    const first = await cdn.get(address)
    expect(await textOf(first)).toContain('quick')
    for (let i = 0; i < 2; i++) {
      await forgetCaches('large', cdn)
      await cdn.get(address)
    }
    await vi.waitFor(async () => expect((await storedPictures('large'))[0]).toContain('best'))
    expect(asked.map((query) => [query.get('w'), query.get('wait')])).toEqual([
      ['2400', '1'],
      ['2400', '0'],
    ])
    await forgetCaches('large', cdn)
    const best = await cdn.get(address)
    expect(await textOf(best)).toContain('best')
    const tags = [first, best].map(({ headers }) => headers.get('ETag') ?? '')
    expect(tags[1]).toBe(tags[0]?.replace(/"$/, '-p"'))
    expect((await cdn.get(address, { 'If-None-Match': tags[0] ?? '' })).status).toBe(304)
  })

  it.each<[string, () => Response, 'ack' | number]>([
    ['is busy', () => Response.json({ error: { code: 'ORIGIN_BUSY', message: '' } }, { status: 503 }), 5],
    ['sends another size', () => new Response(webp('x'), { headers: { 'Strata-Size': '641x320' } }), 'ack'],
    [
      'sends half a file',
      () => new Response(webp('x').slice(0, -2), { headers: { 'Strata-Size': '640x320' } }),
      'ack',
    ],
    [
      'refuses the original',
      () => Response.json({ error: { code: 'INPUT_CORRUPT', message: '' } }, { status: 422 }),
      'ack',
    ],
  ])('stays as it is where the origin %s', async (name, answer, outcome) => {
    const { render } = origin(answer)
    const id = `stays-${name.replaceAll(' ', '-')}`
    const cdn = createQueuedCdn(answerWith(strataFile(63)), OPTIONS, render)
    await cdn.put(`/cdn/img/${id}`)
    await cdn.deliver(cdn.sent.at(-1)?.body)
    for (let i = 0; i < 3; i++) {
      await cdn.get(URL_OF(id))
      await forgetCaches(id, cdn)
    }
    const job = cdn.sent.find(({ body }) => body.kind === 'promote')
    expect(await cdn.deliver(job?.body)).toBe(outcome)
    expect(await storedPictures(id)).toEqual([expect.stringContaining('webp 640x320')])
  })

  it('ends with the image', async () => {
    const { asked, render } = origin()
    const cdn = createQueuedCdn(answerWith(strataFile(64)), OPTIONS, render)
    await cdn.put('/cdn/img/ended')
    await cdn.deliver(cdn.sent.at(-1)?.body)
    for (let i = 0; i < 3; i++) {
      await cdn.get(URL_OF('ended'))
      await forgetCaches('ended', cdn)
    }
    const job = cdn.sent.find(({ body }) => body.kind === 'promote')
    await cdn.request('/cdn/img/ended', { method: 'DELETE' })
    expect(await cdn.deliver(job?.body)).toBe('ack')
    expect(asked).toHaveLength(0)
    expect(await storedPictures('ended')).toEqual([])
  })

  it.each([
    ['without the option', { persist: true }],
    ['without kept originals', { ...OPTIONS, keepOriginal: false }],
  ])('is not promoted %s', async (name, options) => {
    const id = name.replaceAll(' ', '-')
    const { asked, render } = origin()
    const cdn = createCdn(answerWith(strataFile(65)), options, render)
    await cdn.put(`/cdn/img/${id}`)
    for (let i = 0; i < 6; i++) {
      await bytesOf(await cdn.get(URL_OF(id)))
      await forgetCaches(id, cdn)
    }
    expect(asked).toHaveLength(0)
  })
})

it('a picture that takes the origin too long, and an animation, are not made once more', async () => {
  const promoted: unknown[] = []
  const waiting: Promise<unknown>[] = []
  const services = {
    demand: new Demand(),
    leases: undefined,
    jobs: () => ({ promote: async (job: unknown) => void promoted.push(job) }),
    keepAlive: (work: Promise<unknown>) => void waiting.push(work),
    promoteAfter: 1,
  }
  const found = { bytes: new Uint8Array(1), by: 'bucket', making: 'origin' } as const
  const name = { id: 'a', hash: 'h', decision: 'd', type: 'image/webp' }
  const request = { width: 1, height: undefined, fit: 'contain', format: 'webp', quality: 75 } as const
  const consider = async (picture: Variant, width: number, more: Partial<RenderRequest> = {}) => {
    considerPromotion(
      picture,
      name,
      { request: { ...request, ...more }, size: { width, height: 2500 } },
      services,
    )
    await Promise.all(waiting)
    return promoted.splice(0).length
  }
  expect(await consider(found, 4001)).toBe(0)
  expect(await consider(found, 100, { frames: 'all' })).toBe(0)
  expect(await consider({ ...found, making: 'promoted' }, 100)).toBe(0)
  expect(await consider({ ...found, by: 'cache' }, 100)).toBe(0)
  expect(await consider(found, 4000)).toBe(1)
})

it('demand is counted for each picture by itself where no Durable Object counts', async () => {
  const demand = new Demand()
  const name = { id: 'a', hash: 'h', decision: 'd', type: 'image/avif' }
  expect(await demand.count(name, undefined)).toBe(1)
  expect(await demand.count({ ...name, decision: 'e' }, undefined)).toBe(1)
  expect(await demand.count(name, undefined)).toBe(2)
})
