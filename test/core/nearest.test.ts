import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/core/nearest.ts'

describe('nearest', () => {
  const known = ['PERSIST', 'JOBS', 'SAMPLES', 'KEEP_ORIGINALS']

  it.each([
    ['PERSITS', 'PERSIST'],
    ['PERSIT', 'PERSIST'],
    ['KEEP_ORIGINAL', 'KEEP_ORIGINALS'],
    ['KEEPORIGINALS', 'KEEP_ORIGINALS'],
    ['JOB', 'JOBS'],
    ['JOBS', 'JOBS'],
    ['ABC', undefined],
    ['DB', undefined],
    ['STORIES', undefined],
  ])('finds for %s the known name %s', (name, expected) => expect(nearest(name, known)).toBe(expected))

  it('takes the name with fewer edits, and the first of equally near ones', () => {
    expect(nearest('cats', ['carts', 'cat', 'cots'])).toBe('carts')
    expect(nearest('quality', ['qualify', 'qualities'])).toBe('qualify')
    expect(nearest('x', [])).toBeUndefined()
  })
})
