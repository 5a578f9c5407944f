import { describe, expect, it } from 'vitest'
import { basesOf } from '../../../src/client/sw/bases.ts'
import { routesOf } from '../../../src/client/sw/routes.ts'
import { readWanted } from '../../../src/client/sw/wanted.ts'

const HREF = 'https://example.com/client/service-worker.js'
const BASES = basesOf(['/cdn', 'https://img.example.org/i/'], HREF)
const read = (path: string) => readWanted(new URL(path, HREF).href, BASES)

describe('readWanted', () => {
  it.each([
    ['/cdn/img/cat?w=640', { width: 640, format: 'auto', hasQuality: false }],
    ['/cdn/img/cat@0123abcd?w=200&dpr=1.5', { width: 300 }],
    ['/cdn/img/cat/?w=200&dpr=9&fit=contain', { width: 800 }],
    ['/cdn/img/cat.jpg?w=33&q=50&f=jpeg', { format: 'jpeg', hasQuality: true }],
    ['/cdn/img/cat.avif', { width: undefined, format: 'avif' }],
    ['/cdn/img/cat?w=auto', { width: undefined }],
    ['/cdn/src/site/by%20the%20sea.jpg?w=640', { format: 'auto', width: 640 }],
    ['https://img.example.org/i/img/cat?w=1', { image: 'https://img.example.org/i/img/cat' }],
  ])('reads %s', (path, expected) => {
    expect(read(path)).toMatchObject(expected)
  })

  it('names an image by its address without size and format', () => {
    const { image, key } = read('/cdn/img/cat.webp?w=640&v=2')!
    expect([image, key]).toEqual(Array(2).fill('https://example.com/cdn/img/cat?v=2'))
  })

  it.each([
    ['another path', '/photos/img/cat?w=640'],
    ['another host', 'https://example.org/cdn/img/cat?w=640'],
    ['the JSON', '/cdn/img/cat.json'],
    ['the original', '/cdn/img/cat/original'],
    ['a deeper mount', '/cdn/deeper/img/cat?w=640'],
    ['layers', '/cdn/img/cat?w=640&f=native'],
    ['a crop', '/cdn/img/cat?w=200&h=200&fit=cover'],
    ['a height', '/cdn/img/cat?w=200&h=200'],
    ['proportions', '/cdn/img/cat?w=200&ar=1:1'],
    ['a ground', '/cdn/img/cat?w=200&bg=fff'],
    ['hidden detail', '/cdn/img/cat?w=200&ht=2'],
    ['a still', '/cdn/img/cat?w=200&frame=first'],
    ['a preset', '/cdn/img/cat?preset=card'],
    ['a signature', '/cdn/img/cat?w=200&exp=1&kid=a&sig=b'],
    ['a parameter given twice', '/cdn/img/cat?w=200&w=300'],
    ['width 0', '/cdn/img/cat?w=0'],
    ['seven digits', '/cdn/img/cat?w=1000000'],
    ['density 0', '/cdn/img/cat?w=200&dpr=0'],
    ['quality 101', '/cdn/img/cat?w=200&q=101'],
    ['an unknown format', '/cdn/img/cat?w=200&f=gif'],
    ['two formats', '/cdn/img/cat.jpg?w=200&f=webp'],
  ])('leaves %s to the edge', (_, path) => {
    expect(read(path)).toBeUndefined()
  })
})

describe('routesOf', () => {
  it('sends pictures of the CDN to the worker, and nothing else', () => {
    expect(routesOf(['/cdn/'], HREF)).toEqual([
      {
        condition: { requestMode: 'navigate', requestMethod: 'GET' },
        source: 'race-network-and-fetch-handler',
      },
      { condition: { not: { or: [{ urlPattern: 'https://example.com/cdn/*' }] } }, source: 'network' },
    ])
  })
})
