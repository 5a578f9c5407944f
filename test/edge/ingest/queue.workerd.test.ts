import { describe, expect, it, vi } from 'vitest'
import { attemptEncode } from '../../../src/edge/ingest/attempt.ts'
import { signWebhook } from '../../../src/edge/ingest/webhook.ts'
import { r2Store } from '../../../src/edge/store/r2.ts'
import { ImageStore } from '../../../src/edge/store/store.ts'
import type { ImageEvent } from '../../../src/index.ts'
import {
  answerWith,
  BUCKET,
  bytesOf,
  createQueuedCdn,
  errorOf,
  keysOf,
  strataFile,
  textOf,
  writeOpen,
} from '../cdn.ts'

const good = answerWith(strataFile(80))
const down = () => Promise.reject(new TypeError('connection refused'))
const encodeJob = (id: string, token = 't') => ({ kind: 'encode', id, token }) as const
const job: (id: string, token?: string) => unknown = encodeJob

/** An origin that answers when the test lets it; `asked` is over when it has been asked. */
function heldOrigin() {
  let [calls, ask, release] = [0, () => {}, () => {}]
  const asked = new Promise<void>((resolve) => {
    ask = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const encode = async (request: Request) => {
    calls++
    ask()
    await released
    return await good(request)
  }
  return { encode, asked, release, calls: () => calls }
}

/** With leases that are over soon. */
function ingestServices(encode: (request: Request) => Response | Promise<Response>) {
  const origin = { url: 'http://origin.test', fetch: async (request: Request) => encode(request) }
  const store = new ImageStore(r2Store(BUCKET))
  return {
    store,
    origin,
    keepOriginal: true,
    announce: async () => {},
    graceMs: 0,
    dropStale: async () => undefined,
    leaseMs: 100,
  }
}

/** The bucket, except that these calls fail. */
function failingBucket(fails: (method: 'get' | 'put' | 'delete', key: string) => boolean): R2Bucket {
  const guard = (method: 'get' | 'put' | 'delete') =>
    ((key: string, ...rest: unknown[]) => {
      if (fails(method, key)) return Promise.reject(new Error('disk full'))
      return (BUCKET[method] as (...args: unknown[]) => unknown)(key, ...rest)
    }) as never
  return new Proxy(BUCKET, {
    get(bucket, name) {
      if (name === 'get' || name === 'put' || name === 'delete') return guard(name)
      const value = Reflect.get(bucket, name) as unknown
      return typeof value === 'function' ? value.bind(bucket) : value
    },
  })
}

describe('with a queue, an upload', () => {
  it('waits in the queue until the consumer encodes it', async () => {
    let calls = 0
    const cdn = createQueuedCdn((request) => {
      calls++
      return good(request)
    })
    const put = await cdn.put('/cdn/img/waits')
    expect([put.status, await put.json()]).toEqual([202, { id: 'waits', state: 'queued' }])
    expect(calls).toBe(0)
    const info = await cdn.get('/cdn/img/waits.json')
    expect([info.status, await info.json()]).toEqual([202, { state: 'queued', attempt: 0 }])
    const [message] = cdn.sent
    expect(message?.body).toEqual({ kind: 'encode', id: 'waits', token: expect.any(String) })
    expect(await cdn.deliver(message?.body)).toBe('ack')
    expect(await bytesOf(await cdn.get('/cdn/img/waits?f=native'))).toEqual(strataFile(80))
    // At least once is what queues promise: the second time does nothing.
    expect(await cdn.deliver(message?.body, { id: 'other' })).toBe('ack')
    expect(calls).toBe(1)
  })

  it('is queued again when it is sent again, and when its job was lost', async () => {
    const cdn = createQueuedCdn(good)
    await cdn.put('/cdn/img/resent')
    await cdn.put('/cdn/img/resent')
    expect(cdn.sent).toHaveLength(2)
    expect(cdn.sent[0]).toEqual(cdn.sent[1])
    await writeOpen('lost', { leaseUntil: Date.now() - 1 })
    await Promise.all([cdn.get('/cdn/img/lost'), cdn.get('/cdn/img/lost'), cdn.get('/cdn/img/lost.json')])
    expect(cdn.sent.slice(2)).toEqual([{ body: job('lost'), delaySeconds: 0 }])
  })

  it('is refused when the queue does not take it, and accepted when it is sent again', async () => {
    const broken = { send: () => Promise.reject(new Error('full')) } as unknown as Queue
    const cdn = createQueuedCdn(good, { queue: () => broken })
    const put = await cdn.put('/cdn/img/untold')
    expect([put.status, (await errorOf(put)).code]).toEqual([503, 'STORAGE_FAILED'])
    expect(put.headers.get('Retry-After')).toMatch(/^\d+$/)
    const later = createQueuedCdn(good)
    expect((await later.put('/cdn/img/untold')).status).toBe(202)
    expect(await later.deliver(later.sent[0]?.body)).toBe('ack')
    expect((await later.get('/cdn/img/untold?f=native')).status).toBe(200)
    expect(await keysOf('untold')).toHaveLength(2)
  })
})

describe('the consumer', () => {
  it('waits longer and longer for an origin that is down', async () => {
    let up = false
    const cdn = createQueuedCdn((request) => (up ? good(request) : down()))
    await writeOpen('patient')
    expect(await cdn.deliver(job('patient'))).toBe(2)
    const info = await cdn.get('/cdn/img/patient.json')
    const error = { code: 'ORIGIN_FAILED', message: 'the origin did not answer' }
    expect([info.status, await info.json()]).toEqual([202, { state: 'queued', attempt: 1, error }])
    expect(await cdn.deliver(job('patient'))).toBe(4)
    expect(await cdn.deliver(job('patient'))).toBe(8)
    up = true
    expect(await cdn.deliver(job('patient'))).toBe('ack')
    expect((await cdn.get('/cdn/img/patient?f=native')).status).toBe(200)
    expect(await keysOf('patient')).toEqual(['original/patient/t', 'strata/patient/t-4'])
  })

  it.each([
    ['an answer that is cut off', () => new Response(cutOff(strataFile(80)))],
    ['a gateway without an origin', () => new Response('<html>', { status: 502 })],
    ['a gateway that waited too long', () => new Response('<html>', { status: 504 })],
  ])('gives up after twelve attempts: %s', async (name, encode) => {
    const id = `down-${name.length}`
    const cdn = createQueuedCdn(encode)
    await writeOpen(id, { attempt: 10 })
    expect(await cdn.deliver(job(id))).toBe(600)
    expect(await cdn.deliver(job(id))).toBe('ack')
    const response = await cdn.get(`/cdn/img/${id}`)
    expect([response.status, (await errorOf(response)).code]).toEqual([502, 'ORIGIN_FAILED'])
    expect(await keysOf(id)).toEqual([`original/${id}/t`])
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['no .strata', new TextEncoder().encode('<html>'.repeat(100))],
    ['half a file', strataFile(50).subarray(0, 3000)],
    ['a wrong checksum', strataFile(50).fill(1, 20, 24)],
    ['the file of another picture', strataFile(50, [320], 'another picture')],
  ])('stores nothing when the origin sends %s, and gives up after three attempts', async (name, answer) => {
    const id = `bad-${name.length}`
    const cdn = createQueuedCdn(answerWith(answer))
    await writeOpen(id)
    expect([await cdn.deliver(job(id)), await cdn.deliver(job(id)), await cdn.deliver(job(id))]).toEqual([
      2,
      4,
      'ack',
    ])
    const { code, message } = await errorOf(await cdn.get(`/cdn/img/${id}`))
    expect([code, message]).toEqual([
      'ORIGIN_FAILED',
      expect.stringContaining('the origin sent no valid file: '),
    ])
    expect(await keysOf(id)).toEqual([`original/${id}/t`])
  })

  it('puts a job back while the origin is busy, without counting it', async () => {
    const headers = { 'Retry-After': '7' }
    const cdn = createQueuedCdn(() => new Response(null, { status: 503, headers }))
    await writeOpen('busy-queue', { attempt: 2 })
    for (let i = 0; i < 5; i++) expect(await cdn.deliver(job('busy-queue'))).toBe('ack')
    expect(cdn.sent).toEqual(Array(5).fill({ body: job('busy-queue'), delaySeconds: 7 }))
    const info = await (await cdn.get('/cdn/img/busy-queue.json')).json()
    expect(info).toEqual({ state: 'queued', attempt: 2 })
  })

  it('encodes once when a message is delivered twice at the same time', async () => {
    const origin = heldOrigin()
    const cdn = createQueuedCdn(origin.encode)
    await writeOpen('double')
    const first = cdn.deliver(job('double'), { id: 'first' })
    await origin.asked
    expect(await cdn.deliver(job('double'), { id: 'second' })).toBe('ack')
    expect(cdn.sent[0]?.delaySeconds).toBeGreaterThan(50)
    origin.release()
    expect(await first).toBe('ack')
    expect(origin.calls()).toBe(1)
  })

  it('resumes its own message at once after it was killed', async () => {
    const cdn = createQueuedCdn(good)
    const leaseUntil = Date.now() + 200_000
    await writeOpen('killed', { status: 'encoding', attempt: 1, claim: 'message', leaseUntil })
    expect(await cdn.deliver(job('killed'))).toBe('ack')
    expect(await keysOf('killed')).toEqual(['original/killed/t', 'strata/killed/t-2'])
  })

  it('renews the lease of a long encode', async () => {
    const origin = heldOrigin()
    await writeOpen('long')
    const services = ingestServices(origin.encode)
    const running = attemptEncode(encodeJob('long'), 'one', services)
    await origin.asked
    const leaseUntil = async () => {
      const stored = await services.store.readState('long')
      return stored?.state.status === 'encoding' ? stored.state.leaseUntil : 0
    }
    const first = await leaseUntil()
    await vi.waitFor(
      async () => expect(await leaseUntil()).toBeGreaterThan(first + 2 * services.leaseMs),
      60_000,
    )
    const other = await attemptEncode(encodeJob('long'), 'another', services)
    expect(other).toMatchObject({ kind: 'postponed' })
    origin.release()
    expect(await running).toEqual({ kind: 'settled' })
    expect(await keysOf('long')).toEqual(['original/long/t', 'strata/long/t-1'])
  })

  it('aborts an encode whose upload was replaced or deleted', async () => {
    let aborted = false
    let ask = () => {}
    const asked = new Promise<void>((resolve) => {
      ask = resolve
    })
    const endless = ({ signal }: Request) =>
      new Promise<Response>((_, reject) => {
        ask()
        signal.addEventListener('abort', () => {
          aborted = true
          reject(new Error('aborted'))
        })
      })
    await writeOpen('unwanted')
    const services = ingestServices(endless)
    const running = attemptEncode(encodeJob('unwanted'), 'one', services)
    await asked
    await services.store.removeImage('unwanted')
    expect(await running).toEqual({ kind: 'settled' })
    expect(aborted).toBe(true)
    expect(await keysOf('unwanted')).toEqual([])
  })

  it('drops jobs of uploads that are gone, and messages it does not know', async () => {
    const cdn = createQueuedCdn(good)
    await writeOpen('replaced')
    for (const body of [job('replaced', 'older'), job('never'), {}, null, 'text', { kind: 'encode' }]) {
      expect(await cdn.deliver(body)).toBe('ack')
    }
    expect((await cdn.get('/cdn/img/replaced')).status).toBe(202)
  })

  it('fails a job that the queue has delivered too often', async () => {
    const cdn = createQueuedCdn(good)
    await writeOpen('dead-letter')
    expect(await cdn.deliver(job('dead-letter'), { queue: 'strata-jobs-dead' })).toBe('ack')
    const { code, message } = await errorOf(await cdn.get('/cdn/img/dead-letter'))
    expect([code, message]).toEqual(['ORIGIN_FAILED', expect.stringContaining('given up')])
  })
})

describe('a bucket that fails', () => {
  it('while the original is stored: the upload is refused and nothing has changed', async () => {
    const full = failingBucket((method, key) => method === 'put' && key.startsWith('original/'))
    const cdn = createQueuedCdn(good, { bucket: () => full })
    const put = await cdn.put('/cdn/img/full', 'x'.repeat(300_000))
    expect([put.status, (await errorOf(put)).code]).toEqual([503, 'STORAGE_FAILED'])
    expect((await cdn.get('/cdn/img/full')).status).toBe(404)
    expect(await keysOf('full')).toEqual([])
  })

  it('while the file is stored: another attempt, then failed', async () => {
    const full = failingBucket((method, key) => method === 'put' && key.startsWith('strata/'))
    const cdn = createQueuedCdn(good, { bucket: () => full })
    await writeOpen('full-disk')
    expect(await cdn.deliver(job('full-disk'))).toBe(2)
    const info = await (await cdn.get('/cdn/img/full-disk.json')).json()
    expect(info).toMatchObject({ state: 'queued', error: { code: 'STORAGE_FAILED' } })
    await writeOpen('full-disk', { attempt: 11 })
    expect(await cdn.deliver(job('full-disk'))).toBe('ack')
    const response = await cdn.get('/cdn/img/full-disk')
    expect([response.status, (await errorOf(response)).code]).toEqual([503, 'STORAGE_FAILED'])
  })

  it.each([1, 2, 3, 4, 5])(
    'at the record, call %i: the message comes again, and all is well',
    async (nth) => {
      const id = `flaky-${nth}`
      await writeOpen(id)
      let calls = 0
      const flaky = failingBucket((_, key) => key === `state/${id}` && ++calls === nth)
      const cdn = createQueuedCdn(good, { bucket: () => flaky })
      let outcome = await cdn.deliver(job(id))
      if (outcome !== 'ack') outcome = await cdn.deliver(job(id), { attempts: 2 })
      expect(outcome).toBe('ack')
      expect((await cdn.get(`/cdn/img/${id}?f=native`)).status).toBe(200)
      expect(await keysOf(id)).toHaveLength(2)
    },
  )

  it('when an image is read: 503, not an empty image', async () => {
    const cdn = createQueuedCdn(good, { bucket: () => failingBucket((method) => method === 'get') })
    const response = await cdn.get('/cdn/img/any')
    expect([response.status, (await errorOf(response)).code]).toEqual([503, 'STORAGE_FAILED'])
  })
})

describe('hooks', () => {
  it('are called with every event of an image, and may throw', async () => {
    const events: ImageEvent[] = []
    const hook = (event: ImageEvent) => {
      events.push(event)
      throw new Error('a defect of the user')
    }
    const broken = new Response(JSON.stringify({ error: { code: 'INPUT_CORRUPT', message: 'cut' } }), {
      status: 422,
    })
    const cdn = createQueuedCdn((request) => (events.length < 3 ? good(request) : broken), {
      onUploaded: hook,
      onEncoded: hook,
      onFailed: hook,
    })
    expect((await cdn.put('/cdn/img/hooked')).status).toBe(202)
    expect(await cdn.deliver(cdn.sent[0]?.body)).toBe('ack')
    await cdn.put('/cdn/img/hooked') // the same again: nothing happens
    await cdn.put('/cdn/img/hooked', 'another')
    expect(await cdn.deliver(cdn.sent[1]?.body)).toBe('ack')
    const image = { id: 'hooked', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }
    expect(events).toEqual([
      expect.objectContaining({ type: 'image.uploaded', image: { ...image, state: 'queued' } }),
      expect.objectContaining({
        type: 'image.encoded',
        image: {
          ...image,
          state: 'ready',
          hash: expect.stringMatching(/^[0-9a-f]{32}$/),
          bytes: strataFile(80).length,
          modelSet: '0123456789abcdef',
        },
      }),
      expect.objectContaining({ type: 'image.uploaded' }),
      expect.objectContaining({
        type: 'image.failed',
        image: { ...image, state: 'failed' },
        error: { code: 'INPUT_CORRUPT', message: 'cut' },
      }),
    ])
    expect(new Set(events.map(({ id }) => id)).size).toBe(4)
  })
})

describe('the webhook', () => {
  function receiver(answer: () => Response | Promise<Response>) {
    const requests: { readonly headers: Headers; readonly body: string }[] = []
    const webhook = () => ({
      url: 'https://receiver.test/hook',
      secret: 'whsec_c2VjcmV0',
      async fetch(request: Request) {
        requests.push({ headers: request.headers, body: await textOf(new Response(request.body)) })
        return await answer()
      },
    })
    return { requests, webhook }
  }

  it('gets every event, signed, through the queue', async () => {
    const { requests, webhook } = receiver(() => new Response(null, { status: 204 }))
    const cdn = createQueuedCdn(good, { webhook })
    await cdn.put('/cdn/img/told')
    await cdn.deliver(cdn.sent[0]?.body)
    const events = cdn.sent.filter(({ body }) => body.kind === 'event')
    for (const { body } of events) expect(await cdn.deliver(body)).toBe('ack')
    expect(requests.map(({ body }) => JSON.parse(body).type)).toEqual(['image.uploaded', 'image.encoded'])
    for (const { headers, body } of requests) {
      const id = headers.get('webhook-id') ?? ''
      const timestamp = headers.get('webhook-timestamp') ?? ''
      expect(id).toBe(JSON.parse(body).id)
      expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60)
      expect(headers.get('webhook-signature')).toBe(await signWebhook('secret', id, timestamp, body))
    }
  })

  it.each([
    ['answers 500', () => new Response('no', { status: 500 })],
    ['redirects', () => Response.redirect('https://elsewhere.test/', 307)],
    ['is down', () => Promise.reject(new TypeError('refused'))],
  ])('is tried again later when the receiver %s', async (name, answer) => {
    const { requests, webhook } = receiver(answer)
    const cdn = createQueuedCdn(good, { webhook })
    await cdn.put(`/cdn/img/untaken-${name.length}`)
    const event = cdn.sent.find(({ body }) => body.kind === 'event')?.body
    expect(await cdn.deliver(event, { attempts: 1 })).toBe(5)
    expect(await cdn.deliver(event, { attempts: 4 })).toBe(40)
    expect(await cdn.deliver(event, { attempts: 20 })).toBe(3600)
    expect(new Set(requests.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
    expect(await cdn.deliver(event, { queue: 'strata-jobs-dead' })).toBe('ack')
  })

  it('gets the event even when the queue failed right after the image was ready', async () => {
    const { webhook } = receiver(() => new Response())
    const sent: unknown[] = []
    let works = false
    const queue = {
      send: async (body: unknown) => {
        if (!works) throw new Error('full')
        sent.push(body)
      },
    } as unknown as Queue
    const cdn = createQueuedCdn(good, { webhook, queue: () => queue })
    await writeOpen('late-news')
    expect(await cdn.deliver(job('late-news'))).toBe(2)
    expect((await cdn.get('/cdn/img/late-news?f=native')).status).toBe(200)
    works = true
    expect(await cdn.deliver(job('late-news'))).toBe('ack')
    expect(sent).toEqual([{ kind: 'event', event: expect.objectContaining({ type: 'image.encoded' }) }])
  })

  it('gets signatures as Standard Webhooks defines them', async () => {
    // The example of the specification's reference libraries.
    const signature = await signWebhook(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      '{"test": 2432232314}',
    )
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })
})

/** The bytes up to the middle, then a broken connection. */
function cutOff(bytes: Uint8Array): ReadableStream {
  let started = false
  return new ReadableStream({
    pull(controller) {
      if (started) controller.error(new Error('connection reset'))
      else controller.enqueue(bytes.subarray(0, bytes.length / 2))
      started = true
    },
  })
}
