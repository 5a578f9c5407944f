import { describe, expect, it } from 'vitest'
import { isPreview, MAX_PREVIEW } from '../../src/format/preview.ts'

describe('isPreview', () => {
  it.each(['data:image/png;base64,AAAA', 'data:image/png;base64,a+/=', 'data:image/png;base64,ab=='])(
    'takes %s',
    (uri) => {
      expect(isPreview(uri)).toBe(true)
    },
  )

  it.each([
    '',
    'data:image/png;base64,',
    'data:image/svg+xml;base64,AAAA',
    'data:image/png;base64,AA"AA',
    'data:image/png;base64,AA)AA',
    'data:image/png;base64,AAAA\n',
    'https://example.test/a.png',
    `data:image/png;base64,${'A'.repeat(MAX_PREVIEW)}`,
  ])('refuses %j', (uri) => {
    expect(isPreview(uri)).toBe(false)
  })
})
