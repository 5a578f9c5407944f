import { expect, it } from 'vitest'
import { LruCache } from '../../src/core/lru.ts'

it('drops the least recently used entry', () => {
  const cache = new LruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect(cache.get('b')).toBeUndefined()
  expect(cache.get('a')).toBe(1)
  expect(cache.get('c')).toBe(3)
})

it('replaces a value without dropping another entry', () => {
  const cache = new LruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.set('b', 3)
  expect([cache.get('a'), cache.get('b')]).toEqual([1, 3])
})

it('counts sizes, and keeps nothing that is too large alone', () => {
  const cache = new LruCache<string, number>(10, (value) => value)
  cache.set('a', 4)
  cache.set('b', 4)
  expect(cache.get('a')).toBe(4)
  cache.set('c', 5)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([4, undefined, 5])
  cache.set('d', 11)
  expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual([4, 5, undefined])
  cache.delete('c')
  cache.set('e', 6)
  expect([cache.get('a'), cache.get('e')]).toEqual([4, 6])
  cache.set('a', 11)
  expect(cache.get('a')).toBeUndefined()
})
