import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { SECRET } from '../../src/bench/fuzz/original-files.ts'
import { withoutPicture } from '../../src/bench/fuzz/without-picture.ts'
import { animationFile, drawAnimation } from '../../src/bench/pictures/kinds/animation.ts'
import { photo } from '../pictures.ts'

const { data, width, height } = photo(48, 32)
const exif = { IFD0: { Copyright: SECRET } }
const picture = () => sharp(data, { raw: { width, height, channels: 3 } }).withExif(exif)
const holds = (file: Uint8Array) => Buffer.from(file).includes(SECRET)

describe('what of a file is neither pixels nor their profile', () => {
  it.each([
    ['JPEG', () => picture().jpeg()],
    ['progressive JPEG', () => picture().jpeg({ progressive: true })],
    ['PNG', () => picture().png()],
    ['WebP', () => picture().webp()],
    ['lossless WebP', () => picture().webp({ lossless: true })],
  ] as const)('is the metadata of a %s, and nothing of its pixels', async (_, make) => {
    const file = new Uint8Array(await make().toBuffer())
    expect(holds(withoutPicture(file))).toBe(true)
    const bare = new Uint8Array(await make().keepMetadata().toBuffer())
    const text = new TextEncoder().encode(SECRET)
    for (const at of secretsOf(bare)) bare.fill(0, at, at + text.length)
    bare.set(text, pixelsOf(bare) + 30)
    expect([holds(bare), holds(withoutPicture(bare))]).toEqual([true, false])
  })

  it.each([
    ['JPEG', () => picture().jpeg()],
    ['WebP', () => picture().webp()],
  ] as const)('is not the profile of a %s', async (_, make) => {
    const file = new Uint8Array(await make().withIccProfile('p3').toBuffer())
    for (const at of secretsOf(file)) file.fill(0, at, at + SECRET.length)
    file.set(new TextEncoder().encode(SECRET), Buffer.from(file).indexOf('acsp') + 40)
    expect([holds(file), holds(withoutPicture(file))]).toEqual([true, false])
  })

  it('is not the frames of an animation', async () => {
    const film = await animationFile(drawAnimation(24, 16, 3), 'webp')
    film.set(new TextEncoder().encode(SECRET), Buffer.from(film).lastIndexOf('ANMF') + 40)
    expect([holds(film), holds(withoutPicture(film))]).toEqual([true, false])
  })
})

function secretsOf(file: Uint8Array): number[] {
  const found: number[] = []
  for (let at = Buffer.from(file).indexOf(SECRET); at >= 0; at = Buffer.from(file).indexOf(SECRET, at + 1))
    found.push(at)
  return found
}

/** Where the pixels begin. */
function pixelsOf(file: Uint8Array): number {
  const marks = ['IDAT', 'VP8 ', 'VP8L', Buffer.of(0xff, 0xda)]
  return Math.max(...marks.map((mark) => Buffer.from(file).indexOf(mark)))
}
