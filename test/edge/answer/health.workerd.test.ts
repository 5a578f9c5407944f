import { describe, expect, it } from 'vitest'
import { createTranscodeApp } from '../../../src/edge/transcoder/app.ts'
import { type ImageCdnOptions, StrataError, serviceTranscoder } from '../../../src/index.ts'
import { answerWith, createCdn, errorOf, strataFile } from '../cdn.ts'

/** The transcoder Worker, without a codec, behind its binding. */
function workerWhoseModels(load: () => Promise<void>) {
  const app = createTranscodeApp({
    prepare: load,
    encoders: {},
    decodeRows: () => {
      throw new Error('nothing is decoded here')
    },
  })
  return { fetch: async (request: Request) => await app.fetch(request) }
}

function cdnWith(transcoder: ReturnType<NonNullable<ImageCdnOptions['transcoder']>>) {
  return createCdn(answerWith(strataFile()), { transcoder: () => transcoder })
}

async function healthOf(transcoder: Parameters<typeof cdnWith>[0], headers = {}) {
  const answer = await cdnWith(transcoder).get('/cdn/health', headers)
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  return [answer.status, await answer.json()]
}

const traced = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }

describe('the health of an edge', () => {
  it.each([{}, traced])('is good where the models of its transcoder load', async (headers) => {
    let loads = 0
    const worker = workerWhoseModels(async () => void loads++)
    expect(await healthOf(serviceTranscoder(worker), headers)).toEqual([
      200,
      { status: 'ok', transcoder: 'ok' },
    ])
    expect(loads).toBe(1)
  })

  it.each([{}, traced])('is bad where they do not, until they do', async (headers) => {
    let isWhole = false
    const worker = workerWhoseModels(async () => {
      if (!isWhole) throw new StrataError('MODEL_INVALID', 'a blob is missing')
    })
    const failed = [503, { status: 'failed', transcoder: 'failed' }]
    expect(await healthOf(serviceTranscoder(worker), headers)).toEqual(failed)
    isWhole = true
    expect((await healthOf(serviceTranscoder(worker), headers))[0]).toBe(200)
  })

  it('is bad where the binding leads nowhere, which HEAD says too', async () => {
    const nowhere = serviceTranscoder({ fetch: () => Promise.reject(new Error('no such Worker')) })
    const { get } = cdnWith(nowhere)
    const [head, whole] = [await get('/cdn/health', {}, 'HEAD'), await get('/cdn/health')]
    for (const answer of [head, whole])
      expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(await whole.json()).toEqual({ status: 'failed', transcoder: 'failed' })
    expect(head.body).toBeNull()
  })

  it('is good without a transcoder, and with one that cannot be asked', async () => {
    expect(await healthOf(undefined)).toEqual([200, { status: 'ok', transcoder: 'missing' }])
    const own = { transcode: async () => new Uint8Array() }
    expect(await healthOf(own)).toEqual([200, { status: 'ok', transcoder: 'unknown' }])
  })

  it('is bad where the bucket does not answer, whatever the transcoder does', async () => {
    const bucket = { get() {}, head: () => Promise.reject(new Error('down')) } as unknown as R2Bucket
    const { get } = createCdn(answerWith(strataFile()), { bucket: () => bucket })
    const answer = await get('/cdn/health')
    expect([answer.status, (await errorOf(answer)).code]).toEqual([503, 'STORAGE_FAILED'])
  })
})
