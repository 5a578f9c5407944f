import { describe, expect, it } from 'vitest'
import {
  hidingAddress,
  hidingSrcset,
  identity,
  imageAddress,
  infoAddress,
  nativeAddress,
  pinnedHash,
} from '../../src/client/address/address.ts'

const BASE = 'https://example.com/shop/'

describe('imageAddress', () => {
  it.each([
    ['/cdn/img/cat?w=320', 'https://example.com/cdn/img/cat'],
    ['../cdn/img/cat?w=320&q=50&dpr=2#top', 'https://example.com/cdn/img/cat'],
    ['https://img.example.org/img/a_b-C9@0af3?w=1&f=jpeg&ht=1', 'https://img.example.org/img/a_b-C9@0af3'],
    ['/cdn/img/cat.jpg?w=640', 'https://example.com/cdn/img/cat'],
    ['/cdn/img/cat.jpeg?w=640', 'https://example.com/cdn/img/cat'],
    ['/cdn/img/cat@0af3c1d2.avif/?w=640', 'https://example.com/cdn/img/cat@0af3c1d2'],
    ['/cdn/img/cat/?w=640&fit=cover&focus=0.5,0.2', 'https://example.com/cdn/img/cat'],
    ['/cdn/img/cat?w=320&exp=9&kid=k&sig=00', 'https://example.com/cdn/img/cat?exp=9&kid=k&sig=00'],
    ['/cdn/src/local/a%20b.jpg?w=320', 'https://example.com/cdn/src/local/a%20b.jpg'],
    ['/cdn/src/local/img/cat.jpg?w=320&sig=00', 'https://example.com/cdn/src/local/img/cat.jpg?sig=00'],
  ])('of %s is %s', (address, expected) => {
    expect(imageAddress(address, BASE)).toBe(expected)
  })

  it.each([
    '',
    '/cat.jpg',
    '/cdn/img/',
    '/cdn/img/cat.json',
    '/cdn/img/cat.gif',
    '/cdn/img/cat.jpg.webp',
    '/cdn/img/.jpg',
    // The signature holds for the path with its extension only.
    '/cdn/img/cat.jpg?w=320&kid=k&sig=00',
    '/cdn/img/a/b',
    // Not every folder of that name is a source.
    '/src/assets/logo.png',
    '/src/assets/logo.png?v=1',
    '/src/?w=320',
    'data:image/png,/img/cat',
    'http://',
  ])('is undefined for %j', (address) => {
    expect(imageAddress(address, BASE)).toBeUndefined()
  })
})

describe('hidingAddress', () => {
  it.each([
    ['/cdn/img/cat?w=320', 'https://example.com/cdn/img/cat?w=320&ht=2'],
    ['/cdn/img/cat.webp/?w=320&q=60', 'https://example.com/cdn/img/cat?w=320&q=60&ht=2'],
    ['/cdn/img/cat?w=320&f=avif&kid=k&sig=00', 'https://example.com/cdn/img/cat?w=320&kid=k&sig=00&ht=2'],
    ['/cdn/src/local/cat.jpg?w=320', 'https://example.com/cdn/src/local/cat.jpg?w=320&ht=2'],
  ])('of %s is %s', (address, expected) => {
    expect(hidingAddress(address, BASE)).toBe(expected)
  })

  it.each(['/cdn/img/cat?w=320&ht=1', '/cat.jpg', '320w', 'http://'])('leaves %s as it is', (address) => {
    expect(hidingAddress(address, BASE)).toBe(address)
  })
})

describe('hidingSrcset', () => {
  const CAT = 'https://example.com/cdn/img/cat'

  it.each([
    ['/cdn/img/cat?w=320 320w, /cdn/img/cat?w=640 640w', `${CAT}?w=320&ht=2 320w, ${CAT}?w=640&ht=2 640w`],
    ['/cdn/img/cat?focus=0.5,0.2&w=9 1x,\n /cat.jpg 2x', `${CAT}?focus=0.5%2C0.2&w=9&ht=2 1x,\n /cat.jpg 2x`],
    ['/cdn/img/cat, /cdn/img/cat?w=9 2x,', `${CAT}?ht=2, ${CAT}?w=9&ht=2 2x,`],
    ['', ''],
  ])('of %j is %j', (srcset, expected) => {
    expect(hidingSrcset(srcset, BASE)).toBe(expected)
  })
})

describe('pinnedHash', () => {
  it('is the hash after the id, and undefined without one', () => {
    expect(pinnedHash('https://example.com/img/cat@0af3c1d2?exp=9')).toBe('0af3c1d2')
    expect(pinnedHash('https://me@example.com/img/cat')).toBeUndefined()
    expect(pinnedHash('https://example.com/src/local/img/cat@0af3c1d2')).toBeUndefined()
  })
})

describe('the addresses of an image', () => {
  const signed = 'https://example.com/cdn/img/cat?exp=9&kid=k&sig=00'

  it('contain its signature', () => {
    expect(nativeAddress(signed, 640)).toBe(`${signed}&f=native&w=640`)
    expect(infoAddress(signed)).toBe('https://example.com/cdn/img/cat.json?exp=9&kid=k&sig=00')
  })

  it('have one storage key, whatever the signature', () => {
    expect(identity(signed)).toBe('https://example.com/cdn/img/cat')
  })
})
