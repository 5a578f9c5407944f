import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { animationFile, drawAnimation } from '../../../src/bench/pictures/kinds/animation.ts'
import { Canvas } from '../../../src/bench/pictures/kinds/canvas.ts'
import { KINDS, uploadOf } from '../../../src/bench/pictures/kinds/kinds.ts'
import { crc32c } from '../../../src/core/crc32c.ts'
import { sniffFormat } from '../../../src/format/sniff.ts'
import type { DecodedPicture } from '../../../src/node/ingest/ingest.ts'

/** The tall page is the same drawing as the scan's, and takes long. */
type Kind = keyof typeof KINDS
const DRAWN = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'tall' && kind !== 'photo')

const drawn = new Map<Kind, DecodedPicture>()

/** Drawn once for all tests but the one that draws twice. */
function picture(kind: Kind): DecodedPicture {
  const known = drawn.get(kind) ?? KINDS[kind]()
  drawn.set(kind, known)
  return known
}

function colours({ data, channels }: DecodedPicture): number {
  const seen = new Set<number>()
  for (let i = 0; i < data.length; i += channels) {
    seen.add(data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16))
  }
  return seen.size
}

describe('the drawn pictures', { timeout: 60_000 }, () => {
  it.each(DRAWN)('%s is the same whenever it is drawn', (kind) => {
    const [one, two] = [picture(kind), KINDS[kind]()]
    expect(one.data).toHaveLength(one.channels * one.width * one.height)
    expect(crc32c(one.data)).toBe(crc32c(two.data))
  })

  it('have alpha where they are cut out', () => {
    const withAlpha = DRAWN.filter((kind) => picture(kind).channels === 4)
    expect(withAlpha).toEqual(['logo', 'product'])
    const { data } = picture('product')
    const alpha = new Set(data.filter((_, i) => i % 4 === 3))
    expect(alpha.size).toBeGreaterThan(80) // the shadow is soft
  })

  it('have few colours when they are flat, and very many otherwise', () => {
    expect(colours(picture('qr'))).toBe(2)
    expect(colours(picture('pixel-art'))).toBeLessThanOrEqual(16)
    expect(colours(picture('swatches'))).toBe(24)
    expect(colours(picture('chart'))).toBeLessThan(1500)
    expect(colours(picture('gradient'))).toBeGreaterThan(10_000)
    expect(colours(picture('scan'))).toBeGreaterThan(2000)
  })

  it('are encoded in the usual format of their kind', async () => {
    const file = await uploadOf('logo')
    expect(sniffFormat(file)).toBe('png')
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    expect(data.equals(picture('logo').data)).toBe(true)
  })
})

describe('Canvas', () => {
  it('covers pixels at an edge partially, and composites colours', () => {
    const canvas = new Canvas(4, 1)
    canvas.shape({ left: 0, top: 0, right: 1.5, bottom: 1 }, (x) => x - 1.5, [200, 100, 0])
    expect([...canvas.data.subarray(0, 12)]).toEqual([200, 100, 0, 255, 200, 100, 0, 128, 0, 0, 0, 0])
    canvas.blend(0, 0, [0, 0, 0, 128])
    expect([...canvas.data.subarray(0, 4)]).toEqual([100, 50, 0, 255])
    canvas.blend(-1, 0, [1, 1, 1])
    canvas.blend(4, 0, [1, 1, 1])
    expect(canvas.data[12]).toBe(0)
  })

  it('draws text that covers about as much as print does', () => {
    const canvas = new Canvas(300, 16, [255, 255, 255])
    const end = canvas.text('The quick brown fox, 42 {x}', 0, 0, 13, [0, 0, 0])
    expect(end).toBeCloseTo(27 * 6 * 1.3)
    const { data } = canvas.picture()
    const dark = data.filter((value) => value < 128).length / data.length
    expect(dark).toBeGreaterThan(0.05)
    expect(dark).toBeLessThan(0.3)
  })
})

describe('the animation', () => {
  it.each(['gif', 'webp'] as const)('is a %s of all its frames and their delays', async (format) => {
    const animation = drawAnimation(120, 80, 5)
    const file = await animationFile(animation, format)
    expect(sniffFormat(file)).toBe(format)
    const { pages, delay, hasAlpha } = await sharp(file, { animated: true }).metadata()
    expect([pages, delay, hasAlpha]).toEqual([5, [80, 80, 80, 80, 500], true])
  })
})
