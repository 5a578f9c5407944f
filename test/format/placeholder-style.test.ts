import { describe, expect, it } from 'vitest'
import { placeholderStyle } from '../../src/format/placeholder-style.ts'

describe('placeholderStyle', () => {
  it('paints the data URI over the whole element', () => {
    const style = placeholderStyle({ placeholder: { dataUri: 'data:image/png;base64,AAAA' } })
    expect(style).toMatch(/^background-image:url\(data:image\/png;base64,AAAA\);background-size:cover;/)
    expect(style).not.toMatch(/["'<>]/)
  })

  it.each([
    {},
    { placeholder: { dataUri: null } },
    { placeholder: { dataUri: 'data:image/png;base64,AA);color:red' } },
    { placeholder: { dataUri: 'javascript:alert(1)' } },
  ])('returns the empty string for %j', (info) => {
    expect(placeholderStyle(info)).toBe('')
  })
})
