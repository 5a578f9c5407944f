import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { animationFile, drawAnimation } from '../../../src/bench/pictures/kinds/animation.ts'
import { concat, dataView } from '../../../src/core/bytes.ts'
import { openPicture } from '../../../src/node/ingest/ingest.ts'
import { originalLayer, originalWithoutMetadata } from '../../../src/node/originals/original.ts'
import { photo } from '../../pictures.ts'

const { data, width, height } = photo(60, 40)
const picture = () => sharp(data, { raw: { width, height, channels: 3 } })
const exif = { IFD0: { Copyright: 'SECRET-OWNER' } }

describe('the original without metadata', () => {
  it.each([
    ['jpeg', () => picture().withExif(exif).withXmp('<x>SECRET-OWNER</x>').jpeg()],
    ['progressive jpeg', () => picture().withExif(exif).jpeg({ progressive: true, mozjpeg: true })],
    ['png', () => picture().withExif(exif).withXmp('<x>SECRET-OWNER</x>').png()],
    ['webp', () => picture().withExif(exif).withXmp('<x>SECRET-OWNER</x>').webp()],
  ] as const)('has the same pixels in %s, and nothing else', async (_, make) => {
    const original = new Uint8Array(await make().toBuffer())
    expect(Buffer.from(original).includes('SECRET-OWNER')).toBe(true)
    const tail = Buffer.concat([original, Buffer.from('SECRET-OWNER')])
    const bare = originalWithoutMetadata(await openPicture(new Uint8Array(tail)))
    expect(Buffer.from(bare).includes('SECRET-OWNER')).toBe(false)
    const metadata = await sharp(bare).metadata()
    expect([metadata.exif, metadata.xmp]).toEqual([undefined, undefined])
    expect(await sharp(bare).raw().toBuffer()).toEqual(await sharp(original).raw().toBuffer())
  })

  it.each([
    ['stray bytes, which decoders pass over', [0x11, 0x11, 0x11]],
    ['padding', [0xff, 0xff]],
  ])('leaves nothing of a JPEG that has it behind %s', async (_, stray) => {
    const original = new Uint8Array(await picture().withExif(exif).jpeg().toBuffer())
    const comment = [0xff, 0xfe, 0, 3, 0x61]
    const odd = Uint8Array.from([...original.subarray(0, 2), ...comment, ...stray, ...original.subarray(2)])
    const bare = originalWithoutMetadata(await openPicture(odd))
    expect(Buffer.from(bare).includes('SECRET-OWNER')).toBe(false)
    expect(await sharp(bare).raw().toBuffer()).toEqual(await sharp(original).raw().toBuffer())
  })

  it('leaves nothing that stands between the scans of a JPEG', async () => {
    const original = new Uint8Array(await picture().jpeg({ progressive: true }).toBuffer())
    const scan = Buffer.from(original).lastIndexOf(Uint8Array.of(0xff, 0xda))
    const text = new TextEncoder().encode('SECRET-OWNER')
    const segments = [0xfe, 0xe1].flatMap((marker) => [0xff, marker, 0, 2 + text.length, ...text])
    const odd = Uint8Array.from([...original.subarray(0, scan), ...segments, ...original.subarray(scan)])
    const bare = originalWithoutMetadata(await openPicture(odd))
    expect(Buffer.from(bare).includes('SECRET-OWNER')).toBe(false)
    expect(bare.length).toBeLessThanOrEqual(original.length)
    expect(await sharp(bare).raw().toBuffer()).toEqual(await sharp(original).raw().toBuffer())
  })

  it.each([
    ['ends behind the file', 0xc9, 0x1f],
    ['decoders do not know', 0xf3, 0],
    ['no standard knows', 0x52, 0],
    ['is a second frame', 0xc2, 0],
    ['is a table that no scan needs', 0xdb, 0],
  ])(
    'leaves nothing that stands behind the scan of a JPEG in a segment which %s',
    async (_, marker, high) => {
      const original = new Uint8Array(await picture().jpeg().toBuffer())
      const text = new TextEncoder().encode('SECRET-OWNER')
      const segment = [0xff, marker, high, 2 + text.length, ...text]
      const odd = Uint8Array.from([...original.subarray(0, -2), ...segment, 0xff, 0xd9])
      const bare = originalWithoutMetadata(await openPicture(odd))
      expect(Buffer.from(bare).includes('SECRET-OWNER')).toBe(false)
    },
  )

  it('leaves nothing of what readers do not know in the frames of a WebP', async () => {
    const film = await animationFile(drawAnimation(24, 16, 3), 'webp')
    const at = Buffer.from(film).lastIndexOf('ANMF')
    const text = new TextEncoder().encode('HIDESECRET-OWNER')
    const chunk = Uint8Array.from([...text.subarray(0, 4), text.length - 4, 0, 0, 0, ...text.subarray(4)])
    const odd = concat([film, chunk])
    for (const [start, more] of [
      [4, chunk.length],
      [at + 4, chunk.length],
    ] as const)
      dataView(odd).setUint32(start, dataView(odd).getUint32(start, true) + more, true)
    const shown = (file: Uint8Array) => sharp(file, { animated: true }).raw().toBuffer()
    expect(await shown(odd)).toEqual(await shown(film))
    expect(originalWithoutMetadata(await openPicture(odd))).toEqual(film)
  })

  it('keeps the profile, which says what the colours are, and is then no layer', async () => {
    for (const make of [() => picture().jpeg(), () => picture().png(), () => picture().webp()]) {
      const original = new Uint8Array(await make().withIccProfile('p3').toBuffer())
      const opened = await openPicture(original)
      const { icc } = await sharp(original).metadata()
      expect(icc?.length).toBeGreaterThan(100)
      expect((await sharp(originalWithoutMetadata(opened)).metadata()).icc).toEqual(icc)
      expect(await originalLayer(opened)).toBeUndefined()
    }
  })

  it('refuses what has to be turned, and other formats', async () => {
    const turned = await picture().jpeg().withMetadata({ orientation: 6 }).toBuffer()
    const tiff = await picture().tiff().toBuffer()
    for (const bytes of [turned, tiff]) {
      const opened = await openPicture(new Uint8Array(bytes))
      expect(() => originalWithoutMetadata(opened)).toThrow(
        expect.objectContaining({ code: 'INPUT_UNSUPPORTED' }),
      )
    }
  })
})
