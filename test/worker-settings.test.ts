import { Miniflare } from 'miniflare'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeSettings, readFlag, readFormats, readPresets, readS3 } from '../src/worker-settings.ts'
import { startReadyWorker } from './e2e/edge.ts'

describe('readFlag', () => {
  it('takes true and false, and the fallback for what is missing or empty', () => {
    expect(readFlag({ PERSIST: 'true' }, 'PERSIST', false)).toBe(true)
    expect(readFlag({ PERSIST: 'false' }, 'PERSIST', true)).toBe(false)
    expect(readFlag({ PERSIST: '' }, 'PERSIST', true)).toBe(true)
    expect(readFlag({}, 'KEEP_ORIGINALS', true)).toBe(true)
  })

  it.each(['yes', '1', 'True', 'on', ' true'])('refuses %j', (text) => {
    expect(() => readFlag({ PERSIST: text }, 'PERSIST', false)).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: `PERSIST: expected true or false, got ${JSON.stringify(text)}`,
      }),
    )
  })

  it('is answered to whoever asks for an image', async () => {
    const edge = await startReadyWorker({ PERSIST: 'yes', ORIGIN_URL: 'http://127.0.0.1:9' })
    onTestFinished(() => edge.dispose())
    const response = await fetch(`${(await edge.ready).href}cdn/img/a?w=100`)
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { code: 'OPTION_INVALID', message: 'PERSIST: expected true or false, got "yes"' } },
    ])
  })
})

describe('readPresets', () => {
  it('reads presets that are separated by white space', () => {
    const text = ' card?w=400&ar=16:9\n hero?w=1600 '
    expect(readPresets(text)).toEqual({ card: 'w=400&ar=16:9', hero: 'w=1600' })
    expect([readPresets(undefined), readPresets(' ')]).toEqual([{}, {}])
  })

  it.each(['card', 'card=w=400', '?w=1', 'card?'])('refuses %j', (text) => {
    expect(() => readPresets(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})

describe('readFormats', () => {
  it('takes a list, and nothing for what is missing or empty', () => {
    expect(readFormats('webp, jpeg')).toEqual(['webp', 'jpeg'])
    expect([readFormats(undefined), readFormats(' ')]).toEqual([undefined, undefined])
  })

  it.each(['gif', 'webp,,jpeg', 'WEBP'])('refuses %j', (text) => {
    expect(() => readFormats(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})

describe('readS3', () => {
  const S3 = {
    S3_ENDPOINT: 'https://s3.example.com',
    S3_BUCKET: 'images',
    S3_REGION: 'auto',
    S3_ACCESS_KEY_ID: 'id',
    S3_SECRET_ACCESS_KEY: 'very secret',
  }

  it('takes all five and a prefix, and nothing where none is set', () => {
    expect(readS3({ ...S3, S3_PREFIX: 'strata/' })).toMatchObject({
      endpoint: 'https://s3.example.com',
      bucket: 'images',
      prefix: 'strata/',
      secretAccessKey: 'very secret',
    })
    expect([readS3({}), readS3({ S3_BUCKET: '', S3_ENDPOINT: '' })]).toEqual([undefined, undefined])
  })

  it.each<[keyof typeof S3, string | undefined, string]>([
    [
      'S3_ENDPOINT',
      undefined,
      'expected an http or https URL such as https://s3.eu-central-1.amazonaws.com, got nothing',
    ],
    [
      'S3_ENDPOINT',
      's3.example.com',
      'expected an http or https URL such as https://s3.eu-central-1.amazonaws.com, got "s3.example.com"',
    ],
    ['S3_BUCKET', '', 'expected the name of a bucket, got nothing'],
    ['S3_REGION', undefined, 'expected a region such as eu-central-1, got nothing'],
    ['S3_ACCESS_KEY_ID', 'a key', 'expected the id of an access key, got something else'],
    ['S3_SECRET_ACCESS_KEY', undefined, 'expected the secret of the access key, got nothing'],
  ])('refuses %s = %j by the name of the variable', (name, value, message) => {
    expect(() => readS3({ ...S3, [name]: value })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: `${name}: ${message}` }),
    )
  })

  it('is answered to whoever asks for an image, without the secret', async () => {
    const edge = await startReadyWorker({ ...S3, S3_REGION: '', ORIGIN_URL: 'http://127.0.0.1:9' })
    onTestFinished(() => edge.dispose())
    const response = await fetch(`${(await edge.ready).href}cdn/img/a?w=100`)
    const message = 'S3_REGION: expected a region such as eu-central-1, got nothing'
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { code: 'OPTION_INVALID', message } },
    ])
  })
})

describe('describeSettings', () => {
  it('has nothing to say of what wrangler.toml sets', () => {
    const env = {
      IMAGES: {},
      TRANSCODER: {},
      JOBS: {},
      STRATA_ENV: 'production',
      WEBHOOK_URL: '',
      PERSIST: 'false',
    }
    expect(describeSettings(env)).toEqual([])
  })

  it.each<[Record<string, unknown>, string]>([
    [{ KEEP_ORIGINAL: 'false' }, 'KEEP_ORIGINAL: no such variable or binding; did you mean KEEP_ORIGINALS?'],
    [{ PERSITS: 'true', PERSIST: 'false' }, 'PERSITS: no such variable or binding; did you mean PERSIST?'],
    [{ TRANSCODR: {} }, 'TRANSCODR: no such variable or binding; did you mean TRANSCODER?'],
    [
      { STRATA_ENV: 'dev' },
      'STRATA_ENV: expected development or production, got "dev"; it is taken for production',
    ],
    [{ WEBHOOK_URL: 'https://x' }, 'WEBHOOK_SECRET: missing, so no event is posted to WEBHOOK_URL'],
    [{ WEBHOOK_SECRET: 's' }, 'WEBHOOK_URL: missing, so no event is posted'],
    [{ IMAGES: {}, S3_BUCKET: 'images' }, 'IMAGES: not used, because S3_BUCKET names the bucket'],
    [{ S3_BUCKETS: 'images' }, 'S3_BUCKETS: no such variable or binding; did you mean S3_BUCKET?'],
  ])('%j', (env, expected) => expect(describeSettings(env)).toEqual([expected]))

  it('leaves alone what is no slip, and a second binding beside the right one', () => {
    expect(describeSettings({ DATABASE: {}, JOB: {}, JOBS: {}, MY_QUEUE: {} })).toEqual([])
  })

  it('knows a queue under another name from other bindings, in workerd', async () => {
    const asked = ['UPLOAD_QUEUE', 'STORE', 'OTHER', 'TEXT']
    const worker = new Miniflare({
      modules: true,
      script: `export default { fetch: (_, env) => Response.json(Object.fromEntries(
        ${JSON.stringify(asked)}.map((name) => [name, env[name].constructor.name]))) }`,
      compatibilityDate: '2026-04-01',
      queueProducers: { UPLOAD_QUEUE: 'uploads' },
      r2Buckets: ['STORE'],
      bindings: { TEXT: 'x' },
      serviceBindings: { OTHER: () => new Response() as never },
    })
    onTestFinished(() => worker.dispose())
    const names = (await (await worker.dispatchFetch('http://edge/')).json()) as Record<string, string>
    const env = Object.fromEntries(
      Object.entries(names).map(([name, ofClass]) => [name, { constructor: { name: ofClass } }]),
    )
    expect(describeSettings(env)).toEqual([
      'UPLOAD_QUEUE: a queue, but no queue is bound as JOBS, so uploads are encoded by the requests that made them',
    ])
  })
})
