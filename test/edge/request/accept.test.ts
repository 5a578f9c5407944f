import { describe, expect, it } from 'vitest'
import { rankFormats, readAccept } from '../../../src/edge/request/accept.ts'

const FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const
const ranked = (accept: string | null) => rankFormats(readAccept(accept), FORMATS).join(' ')

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
    expect(readAccept(accept).native).toBe(true)
  })

  it.each([
    'image/vnd.strata;q=0',
    'image/vnd.strata;q=0.000',
    'image/vnd.strata;q=0.5, image/jpeg',
    'image/vnd.strata;q=0.5, image/jpeg;q=0.501',
    'image/vnd.strata;q=0.5, image/avif;q=0.6, */*;q=0.1',
    'image/vnd.strata;q=0.5, image/*',
    'image/vnd.strata;q=0.5, */*;q=0.8',
    'image/vnd.strata2',
    'ximage/vnd.strata',
    'text/html;a="image/vnd.strata, image/vnd.strata"',
    'image/vnd.strata;q=2',
    'image/vnd.strata;q=-1',
    'image/vnd.strata;q=',
    'image/vnd.strata;q=0.12345',
    '"unclosed, image/vnd.strata;q=x',
  ])('does not prefer the native format: %s', (accept) => {
    expect(readAccept(accept).native).toBe(false)
  })

  it.each([
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif webp jpeg'],
    ['image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'avif webp png jpeg'],
    [
      'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'avif webp png jpeg',
    ],
    ['image/webp;q=0.9,image/avif;q=0.8', 'webp avif jpeg'],
    ['image/avif;q=0,image/webp', 'webp jpeg'],
    ['image/avif', 'avif jpeg'],
    ['image/png', 'png jpeg'],
    ['image/avif, */*;q=0', 'avif'],
    ['image/webp;q=0.5,*/*', 'jpeg webp'],
    ['image/jpeg;q=0.001, */*;q=0', 'jpeg'],
  ])('lists formats by weight, those of one weight in our order: %s', (accept, expected) => {
    expect(ranked(accept)).toBe(expected)
  })

  it.each([
    null,
    '',
    '*/*',
    'image/*',
    'image/jpeg',
    'text/html',
    ';;;,,,',
    'image/jpeg;q=zero',
    ','.repeat(10_000),
  ])('means JPEG where no other format is named: %.40s', (accept) => {
    expect(ranked(accept)).toBe('jpeg')
  })

  it.each([
    'image/jpeg;q=0',
    'image/jpeg;q=0.000, */*',
    'image/vnd.strata;q=0, image/jpeg;q=0',
    'image/*;q=0, */*',
  ])('refuses every format: %s', (accept) => {
    expect(ranked(accept)).toBe('')
  })
})
