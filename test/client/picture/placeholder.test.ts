import { describe, expect, it } from 'vitest'
import { placeholderUri } from '../../../src/client/picture/placeholder.ts'

describe('placeholderUri', () => {
  const base64 = 'iVBORw0KGgoAAAANSUhEUg=='

  it('takes a data URI and the base64 of a PNG', () => {
    expect(placeholderUri(`data:image/png;base64,${base64}`)).toBe(`data:image/png;base64,${base64}`)
    expect(placeholderUri(base64)).toBe(`data:image/png;base64,${base64}`)
  })

  it.each([
    undefined,
    '',
    'PTUC95m+J6qs',
    'data:image/svg+xml,<svg/>',
    `${base64});color:red`,
    'javascript:alert(1)',
  ])('takes nothing else: %j', (text) => {
    expect(placeholderUri(text)).toBeUndefined()
  })
})
