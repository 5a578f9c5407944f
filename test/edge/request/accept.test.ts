import { describe, expect, it } from 'vitest'
import { negotiate } from '../../../src/edge/request/accept.ts'

describe('Accept', () => {
  it.each([
    'image/vnd.strata',
    'IMAGE/VND.STRATA',
    'image/avif,image/vnd.strata,*/*;q=0.8',
    'image/vnd.strata, image/jpeg',
    'image/vnd.strata;q=0.5, image/jpeg;q=0.5',
    'image/vnd.strata;q=0.9, image/jpeg;q=0.8',
    'image/vnd.strata;q=0.001, image/jpeg;q=0',
    'image/vnd.strata;q=0.5, */*;q=0.1',
    // The most precise range counts, whatever stands beside it.
    'image/vnd.strata;q=0.5, image/jpeg;q=0.2, */*',
    'image/vnd.strata;q=0.5, image/*;q=0.2, */*',
    'image/vnd.strata ; v=1 ; q=1.000',
    'text/html;a="x,y;q=0", image/vnd.strata',
    'image/vnd.strata, image/jpeg;q=2',
  ])('prefers the native format: %s', (accept) => {
    expect(negotiate(accept)).toBe('native')
  })

  it.each([
    null,
    '',
    '*/*',
    'image/*',
    'image/jpeg',
    'image/avif,image/webp',
    'text/html',
    'image/vnd.strata;q=0',
    'image/vnd.strata;q=0.000',
    'image/vnd.strata;q=0.5, image/jpeg',
    'image/vnd.strata;q=0.5, image/jpeg;q=0.501',
    'image/vnd.strata;q=0.5, image/*',
    'image/vnd.strata;q=0.5, */*;q=0.8',
    'image/vnd.strata2',
    'ximage/vnd.strata',
    'text/html;a="image/vnd.strata, image/vnd.strata"',
    'image/jpeg;q=0.001, */*;q=0',
  ])('means JPEG: %s', (accept) => {
    expect(negotiate(accept)).toBe('jpeg')
  })

  it.each([
    'image/jpeg;q=0',
    'image/jpeg;q=0.000, */*',
    'image/vnd.strata;q=0, image/jpeg;q=0',
    'image/avif, */*;q=0',
    'image/*;q=0, */*',
  ])('refuses both: %s', (accept) => {
    expect(negotiate(accept)).toBe('none')
  })

  it.each([
    'image/vnd.strata;q=2',
    'image/vnd.strata;q=-1',
    'image/vnd.strata;q=',
    'image/vnd.strata;q=0.12345',
    'image/jpeg;q=zero',
    ';;;,,,',
    '"unclosed, image/vnd.strata;q=x',
    ','.repeat(10_000),
  ])('means JPEG when it is malformed: %.40s', (accept) => {
    expect(negotiate(accept)).toBe('jpeg')
  })
})
