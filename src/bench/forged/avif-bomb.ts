import { concat, dataView } from '../../core/bytes.ts'
import { BitWriter } from './bit-writer.ts'
import { findAll } from './bombs.ts'

/** The type of a sequence header in the first byte of a unit, with a length behind it (AV1 specification, 5.3.2). */
const SEQUENCE_HEADER = 0x0a

/**
 * Makes an AVIF whose stream begins with its own sequence header, followed by one that declares another size. The
 * decoder's frames have the size of the last header.
 * @param picture of one item in one extent, as libheif writes it
 */
export function twoSequences(picture: Uint8Array, width: number, height: number): Uint8Array {
  const file = picture.slice()
  const [mdat] = findAll(file, 'mdat')
  if (mdat === undefined) return file
  const start = mdat + 4
  const at = file.indexOf(SEQUENCE_HEADER, start)
  const length = file[at + 1]!
  const header = file.subarray(at + 2, at + 2 + length)
  const large = resized(header, width, height)
  const unit = concat([Uint8Array.of(SEQUENCE_HEADER, large.length), large])
  const end = at + 2 + length
  const view = dataView(file)
  view.setUint32(mdat - 4, view.getUint32(mdat - 4) + unit.length)
  // The only extent in `iloc` is the picture's: its length is the number of bytes of `mdat`.
  const [iloc] = findAll(file, 'iloc')
  for (let field = iloc!; field < mdat; field++) {
    if (view.getUint32(field) !== file.length - start) continue
    view.setUint32(field, file.length - start + unit.length)
    break
  }
  return concat([file.subarray(0, end), unit, file.subarray(end)])
}

/** Copies the sequence header of a still picture with another size (5.5.1). */
function resized(header: Uint8Array, width: number, height: number): Uint8Array {
  let at = 0
  const read = (count: number) => {
    let value = 0
    for (let i = 0; i < count; i++, at++) value = 2 * value + ((header[at >> 3]! >> (7 - (at & 7))) & 1)
    return value
  }
  const bits = new BitWriter({ highFirst: true })
  const copy = (count: number) => {
    const value = read(count)
    bits.write(value, count)
    return value
  }
  copy(4)
  if (copy(1) === 1) copy(5)
  else copyOperatingPoints(copy)
  const [widthBits, heightBits] = [1 + read(4), 1 + read(4)]
  read(widthBits + heightBits)
  bits.write(15, 4)
  bits.write(15, 4)
  bits.write(width - 1, 16)
  bits.write(height - 1, 16)
  while (at < 8 * header.length) copy(1)
  return bits.finish()
}

/** Copies the operating points of a sequence without timing and delays. */
function copyOperatingPoints(copy: (count: number) => number): void {
  copy(2)
  const points = 1 + copy(5)
  for (let i = 0; i < points; i++) {
    copy(12)
    if (copy(5) > 7) copy(1)
  }
}
