import { describe, expect, it } from 'vitest'
import { analyticsSink, type ImageAnswer } from '../../../src/index.ts'
import { answerWith, createCdn, createQueuedCdn, strataFile } from '../cdn.ts'

const FILE = strataFile(90)

/** The plugin, and all that `onAnswer` was told. */
function observedCdn(options: Parameters<typeof createCdn>[1] = {}) {
  const told: ImageAnswer[] = []
  const onAnswer = (answer: ImageAnswer) => void told.push(answer)
  return { told, cdn: createCdn(answerWith(FILE), { onAnswer, ...options }) }
}

describe('onAnswer', () => {
  it('is told of each picture where it came from', async () => {
    const { told, cdn } = observedCdn()
    await cdn.put('/cdn/img/seen')
    const [made, again] = [await cdn.get('/cdn/img/seen?w=640'), await cdn.get('/cdn/img/seen?w=640')]
    const plan = made.headers.get('Strata-Plan')
    const bytes = (await made.arrayBuffer()).byteLength
    const shared = { id: 'seen', plan, status: 200, bytes, milliseconds: expect.any(Number) }
    expect(told).toEqual([
      { ...shared, cache: 'edge' },
      { ...shared, cache: 'cache' },
    ])
    expect(again.status).toBe(200)
  })

  it('is told of native files, parts of them, and of what was not modified', async () => {
    const { told, cdn } = observedCdn()
    await cdn.put('/cdn/img/file')
    const whole = await cdn.get('/cdn/img/file?f=native')
    const part = await cdn.get('/cdn/img/file?f=native', { Range: 'bytes=0-9' })
    const same = await cdn.get('/cdn/img/file?f=native', { 'If-None-Match': whole.headers.get('ETag') ?? '' })
    expect([whole.status, part.status, same.status]).toEqual([200, 206, 304])
    expect(told).toMatchObject([
      { plan: 'truncate;layer=4', cache: 'file', status: 200, bytes: FILE.length },
      { plan: 'truncate;layer=4', cache: 'file', status: 206, bytes: 10 },
      { plan: 'truncate;layer=4', cache: 'none', status: 304, bytes: 0 },
    ])
  })

  it('is told of errors as they are answered', async () => {
    const { told, cdn } = observedCdn()
    const answers = [
      await cdn.get('/cdn/img/none.webp'),
      await cdn.get('/cdn/img/no%20id'),
      await cdn.get('/cdn/img/none?w=x'),
    ]
    expect(told.map(({ status }) => status)).toEqual(answers.map(({ status }) => status))
    expect(told).toMatchObject([
      { id: 'none', plan: '', cache: 'none', status: 404, bytes: 0 },
      { id: '', status: 400 },
      { id: 'none', status: 400 },
    ])
  })

  it('is not told of anything else', async () => {
    const { told, cdn } = observedCdn()
    await cdn.put('/cdn/img/quiet')
    await cdn.get('/cdn/img/quiet.json')
    await cdn.get('/cdn/img/quiet?w=640', {}, 'HEAD')
    await cdn.get('/cdn/health')
    await cdn.request('/cdn/img/quiet', { method: 'DELETE' })
    expect(told).toEqual([])
  })

  it('neither fails nor delays an answer', async () => {
    const failing = [
      () => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
    ]
    for (const onAnswer of failing) {
      const { cdn } = observedCdn({ onAnswer })
      await cdn.put('/cdn/img/sturdy')
      expect((await cdn.get('/cdn/img/sturdy?w=640')).status).toBe(200)
    }
    let release = () => {}
    const onAnswer = () =>
      new Promise<void>((resolve) => {
        release = resolve
      })
    const { cdn } = observedCdn({ onAnswer })
    await cdn.put('/cdn/img/sturdy')
    const background: Promise<unknown>[] = []
    expect((await cdn.request('/cdn/img/sturdy?w=640', {}, background)).status).toBe(200)
    // Else this would never end.
    await new Promise((resolve) => setTimeout(resolve, 10))
    release()
    await Promise.all(background)
  })
})

it('analyticsSink writes one data point an answer', () => {
  const points: unknown[] = []
  const sink = analyticsSink({ writeDataPoint: (point) => void points.push(point) })
  const answer = {
    id: 'a'.repeat(128),
    plan: 'transcode;layer=2;w=640;f=avif',
    status: 200,
    bytes: 12,
    milliseconds: 34,
  }
  sink({ ...answer, cache: 'bucket' })
  expect(points).toEqual([
    {
      indexes: ['a'.repeat(96)],
      blobs: ['a'.repeat(128), 'transcode', 'transcode;layer=2;w=640;f=avif', 'bucket'],
      doubles: [200, 12, 34],
    },
  ])
})

describe('traceparent', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
  const SENT = `00-${TRACE}-00f067aa0ba902b7-01`
  const NEXT = new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`)

  /** What origin and transcoder are sent for an upload and a picture of it. */
  async function passed(headers: Record<string, string>) {
    const seen: (string | null | undefined)[] = []
    const cdn = createCdn(
      (request) => {
        seen.push(request.headers.get('traceparent'))
        return new Response(FILE)
      },
      {
        transcoder: () => ({
          async transcode(_prefix, _request, _signal, sent) {
            seen.push(sent?.traceparent ?? null)
            return Uint8Array.of(1)
          },
        }),
      },
    )
    const id = `trace-${crypto.randomUUID()}`
    await cdn.put(`/cdn/img/${id}`, undefined, headers)
    await cdn.get(`/cdn/img/${id}?w=640`, headers)
    return seen
  }

  it('is passed on to the origin and the transcoder, each with a span of its own', async () => {
    const seen = await passed({ traceparent: SENT })
    expect(seen).toEqual([expect.stringMatching(NEXT), expect.stringMatching(NEXT)])
    expect(seen[0]).not.toBe(seen[1])
  })

  it('goes through the queue: the job belongs to the trace of its request', async () => {
    const seen: (string | null)[] = []
    const cdn = createQueuedCdn((request) => {
      seen.push(request.headers.get('traceparent'))
      return new Response(FILE)
    })
    await cdn.put('/cdn/img/trace-queued', undefined, { traceparent: SENT })
    await cdn.put('/cdn/img/untraced-queued')
    const bodies = cdn.sent.map(({ body }) => body)
    expect(bodies).toEqual([
      expect.objectContaining({ id: 'trace-queued', traceparent: expect.stringMatching(NEXT) }),
      expect.not.objectContaining({ traceparent: expect.anything() }),
    ])
    for (const body of bodies) expect(await cdn.deliver(body)).toBe('ack')
    expect(seen).toEqual([expect.stringMatching(NEXT), null])
    expect(seen[0]).not.toBe(bodies[0]?.traceparent)
  })

  it.each([undefined, `ff-${SENT.slice(3)}`, `${SENT}-more`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])(
    'is not made up where %s came',
    async (traceparent) => expect(await passed(traceparent ? { traceparent } : {})).toEqual([null, null]),
  )
})
