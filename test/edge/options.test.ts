import { describe, expect, it } from 'vitest'
import { imageCdn } from '../../src/index.ts'

const accessors = {
  bucket: () => undefined as never,
  transcoder: () => undefined as never,
  origin: () => ({ url: 'http://127.0.0.1:1' }),
}

describe('imageCdn', () => {
  it.each([
    {},
    { defaultWidth: 1, maxTranscodeWidth: 65_535, hints: 'cap', maxAge: 31_536_000, staleWhileRevalidate: 0 },
    { allowOrigin: 'https://example.com:8443' },
    { defaultWidth: undefined },
    { transcoder: undefined },
    { allowedWidths: [640, 320], persist: true, serveOriginal: true },
    { signing: { keys: { a: 'a secret of some length' }, signQuery: true } },
    { signing: () => undefined },
    { keepOriginal: false, onFailed: () => {}, queue: () => undefined },
    { keepOriginal: () => true },
    { persist: () => true, lease: () => undefined },
    { publicPath: '/images' },
    { publicPath: () => undefined },
    { presets: { card: 'w=400&ar=16:9&focus=auto', 'hero-2': 'w=1600' }, presetsOnly: true },
    { presets: () => undefined },
    { remote: { hosts: ['img.example.com', '*.example.org'], http: true, timeoutMs: 1000 } },
    { remote: () => undefined },
    { sources: { site: { url: 'https://www.example.com/media', revalidate: 60, hosts: ['*.example.com'] } } },
    {
      sources: {
        here: { url: 'http://localhost:80/', loopback: true },
        dir: { folder: 'http://127.0.0.1:1/' },
      },
    },
    { sources: { media: { bucket: { get: async () => null }, prefix: 'a/' } } },
    { sources: () => undefined },
  ])('accepts %o', (options) => {
    expect(() => imageCdn({ ...accessors, ...(options as object) })).not.toThrow()
  })

  it.each([
    ['bucket', undefined],
    ['transcoder', {}],
    ['origin', 'http://127.0.0.1'],
    ['uploadToken', 'secret'],
    ['queue', {}],
    ['webhook', 'https://example.com'],
    ['keepOriginal', 'yes'],
    ['onEncoded', 1],
    ['development', true],
    ['defaultWidth', 0],
    ['defaultWidth', 1.5],
    ['defaultWidth', '1280'],
    ['maxTranscodeWidth', 70_000],
    ['maxEmbedWidth', -1],
    ['maxUploadBytes', Number.NaN],
    ['maxAge', -1],
    // A picture that was replaced would be shown for longer: id@hash is for that.
    ['maxAge', 31_536_001],
    ['staleWhileRevalidate', -1],
    ['formats', []],
    ['formats', ['gif']],
    ['formats', ['webp', 'webp']],
    ['formats', 'webp'],
    ['hintWidths', [0]],
    ['hyperThumbnail', 'never'],
    ['publicPath', '/images/'],
    ['publicPath', 'https://example.com'],
    ['allowedWidths', 640],
    ['presets', ['w=400']],
    ['presets', { 'a card': 'w=400' }],
    ['presets', { card: { w: 400 } }],
    ['presets', { card: 'w=wide' }],
    ['presets', { card: 'w=400&w=800' }],
    ['presets', { card: 'width=400' }],
    ['allowedWidths', [0]],
    ['allowedWidths', ['640']],
    ['persist', 'yes'],
    ['lease', {}],
    ['remote', ['img.example.com']],
    ['remote', { hosts: ['localhost'] }],
    ['sources', ['https://www.example.com/']],
    ['sources', { 'a/b': { url: 'https://www.example.com/' } }],
    ['sources', { site: 'https://www.example.com/' }],
    ['sources', { site: { url: 'http://www.example.com/' } }],
    ['sources', { site: { url: 'https://user:secret@www.example.com/' } }],
    ['sources', { site: { url: 'https://www.example.com/?a=1' } }],
    ['sources', { site: { url: 'https://10.0.0.1/' } }],
    // Only an explicit option allows this machine, and it allows nothing else that is not public.
    ['sources', { site: { url: 'http://127.0.0.1/' } }],
    ['sources', { site: { url: 'http://10.0.0.1/', loopback: true } }],
    ['sources', { site: { url: 'http://www.example.com/', loopback: true } }],
    ['sources', { site: { url: 'http://localhost/', loopback: 'yes' } }],
    ['sources', { site: { url: 'https://www.example.com/', hosts: ['localhost'] } }],
    ['sources', { site: { url: 'https://www.example.com/', timeoutMs: 0 } }],
    ['sources', { site: { url: 'https://www.example.com/', revalidate: -1 } }],
    ['sources', { site: { url: 'https://www.example.com/', bukket: {} } }],
    ['sources', { dir: { folder: 'http://192.168.0.1/' } }],
    ['sources', { media: { bucket: undefined } }],
    ['sources', { media: { bucket: { get: () => null }, prefix: '/a' } }],
    ['serveOriginal', 1],
    ['signing', 'key'],
    ['signing', { keys: {} }],
    ['signing', { keys: { a: 'short' } }],
    ['signing', { keys: { 'a b': 'a secret of some length' } }],
    ['queue', {}],
    ['webhook', 'https://example.com'],
    ['onUploaded', 1],
    ['keepOriginal', 'no'],
    ['hints', 'on'],
    ['allowOrigin', 'example.com'],
    ['defaultWith', 640],
  ])('refuses %s: %o at construction', (name, value) => {
    // What stands inside of one is named too.
    const message = expect.stringMatching(`^imageCdn option ${name}.*: .*expected`)
    expect(() => imageCdn({ ...accessors, [name]: value } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message }),
    )
  })
})

it('imageCdn names an unbound bucket at the first request', async () => {
  const response = await imageCdn(accessors).request('/img/x')
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({
    error: { code: 'OPTION_INVALID', message: expect.stringContaining('[[r2_buckets]]') },
  })
})
