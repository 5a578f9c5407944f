import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { crc32 } from '../../src/core/crc32.ts'

/** A PNG with one more chunk after its header. The content of iCCP is a profile, which is named and compressed here. */
export function pngChunk(png: Buffer, type: 'iCCP' | 'cICP', content: Uint8Array): Buffer {
  const data =
    type === 'cICP' ? content : Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(content)])
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  const headerEnd = 8 + 25
  return Buffer.concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)])
}

/** A profile of grey (ICC.1:2001 §6) whose curve is the identity: the values are linear light. */
export function greyProfile(): Buffer {
  const text = 'linear grey'
  const desc = Buffer.alloc(90 + text.length + 1)
  desc.write('desc', 0, 'latin1')
  desc.writeUInt32BE(text.length + 1, 8)
  desc.write(text, 12, 'latin1')
  const copyright = Buffer.from('text\0\0\0\0none\0', 'latin1')
  const white = Buffer.alloc(20)
  white.write('XYZ ', 0, 'latin1')
  for (const [i, value] of [0xf6d6, 0x10000, 0xd32d].entries()) white.writeUInt32BE(value, 8 + 4 * i)
  const curve = Buffer.from('curv\0\0\0\0\0\0\0\0', 'latin1')
  const tags = [
    ['desc', desc],
    ['cprt', copyright],
    ['wtpt', white],
    ['kTRC', curve],
  ] as const
  const head = Buffer.alloc(128 + 4 + 12 * tags.length)
  let at = head.length
  const bodies: Buffer[] = []
  head.writeUInt32BE(tags.length, 128)
  for (const [i, [name, body]] of tags.entries()) {
    const entry = 132 + 12 * i
    head.write(name, entry, 'latin1')
    head.writeUInt32BE(at, entry + 4)
    head.writeUInt32BE(body.length, entry + 8)
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)])
    bodies.push(padded)
    at += padded.length
  }
  head.writeUInt32BE(at, 0)
  head.writeUInt32BE(0x02400000, 8)
  head.write('mntrGRAYXYZ ', 12, 'latin1')
  head.write('acsp', 36, 'latin1')
  for (const [i, value] of [0xf6d6, 0x10000, 0xd32d].entries()) head.writeUInt32BE(value, 68 + 4 * i) // D50
  return Buffer.concat([head, ...bodies])
}

/**
 * An AVIF of sharp's with an `nclx` box (ISO/IEC 14496-12 §12.1.5) for its only item. Its boxes grow, and with them the
 * place of the pixels.
 */
export function withNclx(avif: Buffer, primaries: number, transfer: number): Buffer {
  const colr = Buffer.alloc(19)
  colr.writeUInt32BE(colr.length, 0)
  colr.write('colrnclx', 4, 'latin1')
  colr.writeUInt16BE(primaries, 12)
  colr.writeUInt16BE(transfer, 14)
  colr.writeUInt16BE(6, 16)
  colr[18] = 0x80 // all values from 0 to 255
  const start = (type: string) => avif.indexOf(type) - 4
  const [meta, iprp, ipco, ipma] = ['meta', 'iprp', 'ipco', 'ipma'].map(start) as [
    number,
    number,
    number,
    number,
  ]
  const associations = ipma + 4 + 4 + 4 + 4 + 2 // after version, number of items and the item's id
  const end = ipma + avif.readUInt32BE(ipma)
  const count = avif[associations]!
  const file = Buffer.concat([
    avif.subarray(0, ipma),
    colr,
    avif.subarray(ipma, associations),
    Buffer.of(count + 1),
    avif.subarray(associations + 1, end),
    Buffer.of(count + 1), // the properties have the numbers from 1 on: the new one is the last
    avif.subarray(end),
  ])
  const grown = colr.length + 1
  const add = (at: number, more: number) => file.writeUInt32BE(file.readUInt32BE(at) + more, at)
  add(meta, grown)
  add(iprp, grown)
  add(ipco, colr.length)
  add(ipma + colr.length, 1)
  // Of the one extent of the one item: iloc, its header, two bytes of sizes, the number of items, id, reference, base.
  add(start('iloc') + 8 + 4 + 2 + 2 + 2 + 2 + baseLength(avif, start('iloc')), grown)
  return file
}

/** Bytes between an item's data reference and where its place stands: the base, if that is it, or the number of extents. */
function baseLength(avif: Buffer, iloc: number): number {
  return avif[iloc + 13]! >> 4 === 4 ? 0 : 2
}

/** A TIFF of sharp's that says that its colours are multiplied by alpha: ExtraSamples 1 (TIFF 6.0 §18) in place of 2. */
export function associatedAlpha(tiff: Buffer): Buffer {
  const file = Buffer.from(tiff)
  const directory = file.readUInt32LE(4)
  for (let entry = 0; entry < file.readUInt16LE(directory); entry++) {
    const at = directory + 2 + 12 * entry
    if (file.readUInt16LE(at) === 338) file.writeUInt16LE(1, at + 8)
  }
  return file
}

/** A GIF of one frame of one colour and no transparent one, which lies somewhere on a canvas of its own size. */
export async function partialGif(shape: {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  readonly side: number
  readonly colour: string
}): Promise<Buffer> {
  const { width, height, left, top, side, colour } = shape
  const create = { width: side, height: side, channels: 3, background: colour } as const
  const file = await sharp({ create }).gif().toBuffer()
  file.writeUInt16LE(width, 6)
  file.writeUInt16LE(height, 8)
  file[file.indexOf(Uint8Array.of(0x21, 0xf9)) + 3]! &= ~1 // GIF89a §23: no transparent colour
  const frame = file.indexOf(0x2c, 13)
  file.writeUInt16LE(left, frame + 1)
  file.writeUInt16LE(top, frame + 3)
  return file
}
