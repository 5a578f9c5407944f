import { describe, expect, it } from 'vitest'
import { acceptsNative } from '../../src/edge/accept.ts'

describe('Accept', () => {
  it.each([
    'image/vnd.strata',
    'IMAGE/VND.STRATA',
    'image/avif,image/vnd.strata,*/*;q=0.8',
    'image/vnd.strata;q=0.001, image/jpeg;q=1',
    'image/vnd.strata ; v=1 ; q=1.000',
    'text/html;a="x,y;q=0", image/vnd.strata',
  ])('allows the native format: %s', (accept) => {
    expect(acceptsNative(accept)).toBe(true)
  })

  it.each([
    null,
    '',
    '*/*',
    'image/*',
    'image/jpeg',
    'image/vnd.strata;q=0',
    'image/vnd.strata;q=0.000',
    'image/vnd.strata2',
    'ximage/vnd.strata',
    'text/html;a="image/vnd.strata, image/vnd.strata"',
  ])('does not allow it: %s', (accept) => {
    expect(acceptsNative(accept)).toBe(false)
  })

  it.each([
    'image/vnd.strata;q=2',
    'image/vnd.strata;q=-1',
    'image/vnd.strata;q=',
    'image/vnd.strata;q=0.12345',
    ';;;,,,',
    '"unclosed, image/vnd.strata;q=x',
    ','.repeat(10_000),
  ])('means JPEG when it is malformed: %.40s', (accept) => {
    expect(acceptsNative(accept)).toBe(false)
  })
})
