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
    { defaultWidth: 1, maxTranscodeWidth: 65_535, hints: 'cap', maxAge: 60 },
    { allowOrigin: 'https://example.com:8443' },
    { defaultWidth: undefined },
  ])('takes %o', (options) => {
    expect(() => imageCdn({ ...accessors, ...(options as object) })).not.toThrow()
  })

  it.each([
    ['bucket', undefined],
    ['transcoder', {}],
    ['origin', 'http://127.0.0.1'],
    ['uploadToken', 'secret'],
    ['development', true],
    ['defaultWidth', 0],
    ['defaultWidth', 1.5],
    ['defaultWidth', '1280'],
    ['maxTranscodeWidth', 70_000],
    ['maxUploadBytes', Number.NaN],
    ['maxAge', -1],
    ['hints', 'on'],
    ['allowOrigin', 'example.com'],
    ['defaultWith', 640],
  ])('refuses %s: %o at construction', (name, value) => {
    const message = expect.stringContaining(`option ${name}: expected`)
    expect(() => imageCdn({ ...accessors, [name]: value } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message }),
    )
  })
})
