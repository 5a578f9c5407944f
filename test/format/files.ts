import { crc32c } from '../../src/core/crc32c.ts'
import { layerHeight, type Rung } from '../../src/format/ladder.ts'
import { HEADER, readField, stripCount, writeField } from '../../src/format/layout.ts'
import type { PicturePayload } from '../../src/format/types.ts'
import { type StrataFile, writePictures, writeStrata } from '../../src/format/writer.ts'
import { generator } from '../pictures.ts'

/** The parts of a file whose strips hold random bytes, because the container does not interpret a strip. */
export function sampleParts(
  width: number,
  height: number,
  ladder: readonly Rung[],
  options: { seed?: number; maxStrip?: number; placeholder?: number } = {},
): StrataFile {
  const random = generator(options.seed ?? 1)
  const bytes = (length: number) => Uint8Array.from({ length }, () => 256 * random())
  return {
    source: { width, height, sha256: '00112233445566778899aabbccddeeff' },
    modelSet: '0123456789abcdef',
    placeholder: bytes(options.placeholder ?? 32),
    flags: 5,
    layers: ladder.map((rung, index) => {
      const rows = layerHeight(rung.width, width, height)
      const strips = Array.from({ length: stripCount(rows) }, () =>
        bytes(random() * (options.maxStrip ?? 40)),
      )
      return { ...rung, height: rows, flags: index, strips }
    }),
  }
}

/** A file of three layers with 1, 2 and 2 strips, the top two layers of equal width; a few hundred bytes. */
export function sampleFile(): Uint8Array {
  const ladder = [
    { width: 213, quality: 60 },
    { width: 427, quality: 60 },
    { width: 427, quality: 80 },
  ]
  return writeStrata(sampleParts(427, 300, ladder))
}

/** A file of a layer of each picture coding, with and without alpha; random bytes, because the container reads none of them. */
export function samplePictures(): Uint8Array {
  const random = generator(2)
  const bytes = (length: number) => Uint8Array.from({ length }, () => 256 * random())
  const layers: PicturePayload[] = [
    { width: 107, height: 75, quality: 75, score: 78, coding: 'webp', picture: bytes(30) },
    { width: 213, height: 150, quality: 75, flags: 1, score: 81, coding: 'avif', picture: bytes(1) },
    { width: 320, height: 225, quality: 60, flags: 1, coding: 'webp-animated', picture: bytes(50) },
    { width: 427, height: 300, quality: 100, flags: 3, score: 100, coding: 'png', picture: bytes(90) },
  ]
  const source = { width: 427, height: 300, sha256: '00112233445566778899aabbccddeeff' }
  return writePictures({ source, layers, placeholder: bytes(32), flags: 5 })
}

/** A copy changed by `change`, with the header's checksum corrected, as a hostile writer would send it. */
export function forge(file: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = file.slice()
  const length = readField(file, HEADER.headerLength)
  change(copy)
  const { offset } = HEADER.checksum
  const checksum = crc32c(copy.subarray(offset + 4, length), crc32c(copy.subarray(0, offset)))
  writeField(copy, HEADER.checksum, checksum)
  return copy
}
