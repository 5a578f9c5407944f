import { describe, expect, it, vi } from 'vitest'
import type { Encode } from '../cdn.ts'
import { answerWith, bytesOf, createCdn, createQueuedCdn, errorOf, keysOf, strataFile } from '../cdn.ts'

const ONE = strataFile(31, undefined, 'one')
const TWO = strataFile(32, undefined, 'two')

type Json = Record<string, unknown> & { readonly replacing?: Record<string, unknown> }

/** A cdn with a queue whose jobs the test delivers, and an origin whose answer the test changes. */
function setUp() {
  const origin: { answer: Encode } = { answer: answerWith(ONE) }
  const cdn = createQueuedCdn((request) => origin.answer(request))
  const infoOf = async (id: string) => await (await cdn.get(`/cdn/img/${id}.json`)).json<Json>()
  const file = async (id: string) => await bytesOf(await cdn.get(`/cdn/img/${id}?f=native`))
  const work = async () => await cdn.deliver(cdn.sent.at(-1)?.body)
  return { cdn, origin, infoOf, file, work }
}

async function replaced(id: string) {
  const all = setUp()
  await all.cdn.put(`/cdn/img/${id}`, 'one')
  await all.work()
  await all.cdn.put(`/cdn/img/${id}`, 'two')
  return all
}

const refuse = (code: string, status: number) => () =>
  Response.json({ error: { code, message: 'no' } }, { status })

describe('an image that is being replaced', () => {
  it('is served until the new file is ready, and the JSON shows both', async () => {
    const { origin, infoOf, file, work } = await replaced('swap')
    expect(await file('swap')).toEqual(ONE)
    expect(await infoOf('swap')).toMatchObject({ state: 'ready', replacing: { state: 'queued', attempt: 0 } })
    origin.answer = answerWith(TWO)
    expect(await work()).toBe('ack')
    // An isolate uses a record for a second.
    await vi.waitFor(async () => expect(await file('swap')).toEqual(TWO), { timeout: 5000 })
    const info = await infoOf('swap')
    expect([info.state, info.replacing]).toEqual(['ready', undefined])
    expect(await keysOf('swap')).toHaveLength(2)
  })

  it('is served for ever when the new picture is none', async () => {
    const { origin, infoOf, file, work } = await replaced('keep')
    origin.answer = refuse('INPUT_CORRUPT', 422)
    expect(await work()).toBe('ack')
    expect(await file('keep')).toEqual(ONE)
    expect(await infoOf('keep')).toMatchObject({
      state: 'ready',
      replacing: { state: 'failed', error: { code: 'INPUT_CORRUPT' } },
    })
    expect(await keysOf('keep')).toHaveLength(2)
  })

  it('comes back at once when the old picture is uploaded again', async () => {
    const { cdn, origin, infoOf, work } = await replaced('back')
    origin.answer = refuse('INPUT_CORRUPT', 422)
    await work()
    const sent = cdn.sent.length
    expect((await cdn.put('/cdn/img/back', 'one')).status).toBe(202)
    expect((await infoOf('back')).replacing).toBeUndefined()
    expect(cdn.sent.length).toBe(sent)
  })

  it('is served while an origin that is down is asked again and again', async () => {
    const { origin, infoOf, file, work } = await replaced('down')
    origin.answer = () => Promise.reject(new Error('refused'))
    expect(await work()).toBeGreaterThan(0)
    expect(await file('down')).toEqual(ONE)
    expect(await infoOf('down')).toMatchObject({
      state: 'ready',
      replacing: { state: 'queued', attempt: 1, error: { code: 'ORIGIN_FAILED' } },
    })
    origin.answer = answerWith(TWO)
    await work()
    await vi.waitFor(async () => expect(await file('down')).toEqual(TWO), { timeout: 5000 })
  })

  it('is listed as ready, with what replaces it', async () => {
    const { cdn } = await replaced('listed-swap')
    const { images } = await (await cdn.get('/cdn/img?after=listed-sw&limit=1')).json<{ images: unknown[] }>()
    expect(images[0]).toMatchObject({ id: 'listed-swap', state: 'ready', replacing: 'queued' })
  })

  it('is removed with what was to replace it', async () => {
    const { cdn } = await replaced('gone')
    expect((await cdn.request('/cdn/img/gone', { method: 'DELETE' })).status).toBe(204)
    expect(await keysOf('gone')).toEqual([])
    expect((await cdn.get('/cdn/img/gone')).status).toBe(404)
  })

  it('is encoded again from its own original after an upload that failed for good', async () => {
    const { cdn, origin, infoOf, work } = await replaced('again')
    origin.answer = refuse('INPUT_UNSUPPORTED', 415)
    await work()
    origin.answer = answerWith(ONE)
    expect((await cdn.request('/cdn/img/again/encode', { method: 'POST' })).status).toBe(202)
    expect(await work()).toBe('ack')
    const info = await infoOf('again')
    expect([info.state, info.replacing]).toEqual(['ready', undefined])
  })
})

describe('an upload that the queue refuses', () => {
  const full = {
    send: async () => {
      throw new Error('full')
    },
  } as unknown as Queue

  it('has changed nothing of an image that was there', async () => {
    const before = createCdn(answerWith(ONE))
    await before.put('/cdn/img/refused', 'one')
    const keys = await keysOf('refused')
    const cdn = createCdn(answerWith(TWO), { queue: () => full })
    const response = await cdn.put('/cdn/img/refused', 'two')
    expect([response.status, (await errorOf(response)).code]).toEqual([503, 'STORAGE_FAILED'])
    expect(await bytesOf(await cdn.get('/cdn/img/refused?f=native'))).toEqual(ONE)
    const info = await (await cdn.get('/cdn/img/refused.json')).json<Json>()
    expect(info.replacing).toBeUndefined()
    expect(await keysOf('refused')).toEqual(keys)
  })

  it('leaves nothing where no image was', async () => {
    const cdn = createCdn(answerWith(ONE), { queue: () => full })
    expect((await cdn.put('/cdn/img/refused-new', 'one')).status).toBe(503)
    expect((await cdn.get('/cdn/img/refused-new.json')).status).toBe(404)
    expect(await keysOf('refused-new')).toEqual([])
  })
})
