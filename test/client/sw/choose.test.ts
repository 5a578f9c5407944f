import { describe, expect, it } from 'vitest'
import { choose, type HeldFile } from '../../../src/client/sw/choose.ts'
import { freshnessOf } from '../../../src/client/sw/freshness.ts'
import { MadePictures } from '../../../src/client/sw/made-pictures.ts'
import type { Wanted } from '../../../src/client/sw/wanted.ts'
import type { Coding } from '../../../src/format/coding.ts'
import type { LayerInfo, StrataHeader } from '../../../src/format/types.ts'

const ACCEPT = 'image/webp,*/*;q=0.8'
const wanted = (width?: number, more: Partial<Wanted> = {}): Wanted => ({
  ...{ image: 'https://a/img/b', key: 'https://a/img/b', width, format: 'auto', hasQuality: false },
  ...more,
})

/** @param held layers that are here */
function file(coding: Coding, widths: readonly number[], held: number): HeldFile {
  const layers = widths.map((width, index) => {
    const sizes = { width, height: Math.round(width / 1.5) }
    return { index, coding, flags: 0, ...sizes } as LayerInfo
  })
  const last = layers.at(-1)!
  const header = { layers, source: { width: last.width, height: last.height } } as unknown as StrataHeader
  return { header, layers: layers.slice(0, held) }
}

describe('choose, of layers to be decoded', () => {
  const held = file('compass', [320, 640, 640, 1280], 3)

  it.each([
    [320, 0, 320],
    [200, 0, 200],
    [321, 2, 321],
    [640, 2, 640],
  ])('makes width %d from layer %d', (width, index, made) => {
    const choice = choose(held, wanted(width), ACCEPT, false)
    expect(choice).toMatchObject({ kind: 'decode', layer: { index }, width: made })
  })

  it('leaves larger pictures, and widths that only the edge knows, to the network', () => {
    expect(choose(held, wanted(641), ACCEPT, false)).toBeUndefined()
    expect(choose(held, wanted(), ACCEPT, false)).toBeUndefined()
  })

  it('makes nothing wider than the source', () => {
    const whole = file('compass', [320, 600], 2)
    expect(choose(whole, wanted(5000), ACCEPT, false)).toMatchObject({ layer: { index: 1 }, width: 600 })
  })

  it('uses any stored layer offline, and leaves huge enlargements to the browser', () => {
    expect(choose(held, wanted(1280), ACCEPT, true)).toMatchObject({ layer: { index: 2 }, width: 1280 })
    expect(choose(held, wanted(), ACCEPT, true)).toMatchObject({ layer: { index: 2 }, width: 640 })
    const large = file('compass', [320, 16_000], 1)
    expect(choose(large, wanted(16_000), ACCEPT, true)).toMatchObject({ layer: { index: 0 }, width: 320 })
  })
})

describe('choose, of picture layers', () => {
  const held = file('webp', [320, 640], 2)

  it('sends a layer of exactly that size unchanged', () => {
    const choice = { kind: 'slice', format: 'webp', layer: { index: 1 } }
    expect(choose(held, wanted(640), ACCEPT, false)).toMatchObject(choice)
    expect(choose(held, wanted(640, { format: 'webp' }), ACCEPT, false)).toMatchObject(choice)
    expect(choose(held, wanted(500), ACCEPT, false)).toBeUndefined()
  })

  it.each([
    ['another format is asked for', wanted(640, { format: 'jpeg' }), ACCEPT],
    ['a quality is asked for', wanted(640, { hasQuality: true }), ACCEPT],
    ['the browser does not take it', wanted(640), '*/*'],
  ])('leaves it to the network where %s', (_, request, accept) => {
    expect(choose(held, request, accept, false)).toBeUndefined()
  })

  it('sends the next larger one offline', () => {
    expect(choose(held, wanted(500), ACCEPT, true)).toMatchObject({ kind: 'slice', layer: { index: 1 } })
    expect(choose(held, wanted(500), '*/*', true)).toBeUndefined()
  })
})

describe('freshnessOf', () => {
  const DEFAULT = 'public, max-age=300, stale-while-revalidate=86400'

  it.each([
    ['fresh', DEFAULT, 299],
    ['stale', DEFAULT, 300],
    ['stale', DEFAULT, 86_699],
    ['old', DEFAULT, 86_700],
    ['old', 'public, max-age=300', 300],
    ['old', 'public, no-cache', 0],
    ['old', 'max-age=300, no-store', 0],
    ['old', '', 0],
  ])('is %s under "%s" after %d seconds', (expected, cacheControl, age) => {
    const held = { etag: '"ab.0"', cacheControl, confirmed: 1e6 }
    expect(freshnessOf('https://a/cdn/img/b', held, 1e6 + 1000 * age)).toBe(expected)
  })

  it('never ends when the address names the version, and does not exist for another version', () => {
    const held = { etag: '"0123abcd00000000.0"', cacheControl: '', confirmed: 0 }
    expect(freshnessOf('https://a/img/b@0123abcd', held, 1e13)).toBe('fresh')
    expect(freshnessOf('https://a/img/b@0123abce', held, 1e13)).toBe('old')
  })
})

describe('MadePictures', () => {
  const blob = (text: string) => Promise.resolve(new Blob([text]))

  it('drops the least recently used pictures when the budget is exceeded', () => {
    const made = new MadePictures(10)
    for (const key of ['a', 'b']) made.put(key, blob(key), 5)
    expect(made.get('a')).toBeDefined()
    made.put('c', blob('c'), 5)
    expect(['a', 'b', 'c'].map((key) => made.get(key) !== undefined)).toEqual([true, false, true])
  })

  it('keeps no picture that could not be made', async () => {
    const made = new MadePictures(10)
    const failed = Promise.reject(new Error('damaged'))
    made.put('a', failed, 5)
    await expect(failed).rejects.toThrow('damaged')
    expect(made.get('a')).toBeUndefined()
  })
})
