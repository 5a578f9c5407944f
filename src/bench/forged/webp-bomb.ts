import { concat, dataView } from '../../core/bytes.ts'
import { BitWriter } from './bit-writer.ts'

/**
 * Position of code length 8 in the order of code lengths (RFC 9649 §3.7.2.1.2), and the number of lengths to write up
 * to it.
 */
const LENGTHS_TO_8 = 12

/**
 * A lossless WebP with a separate group of five prefix codes for each block of 4x4 pixels. Each code has one symbol, so
 * the file is small and the decoder's tables are large (RFC 9649 §3.7.2.2).
 * @param groups at most 65536
 */
export function groupedWebp(width: number, height: number, groups: number): Uint8Array {
  const bits = new BitWriter()
  bits.write(0x2f, 8)
  bits.write(width - 1, 14)
  bits.write(height - 1, 14)
  bits.write(0, 1 + 3) // no alpha, version 0
  bits.write(0, 1) // no transform
  bits.write(0, 1) // no colour cache
  bits.write(1, 1) // more than one group
  bits.write(0, 3) // blocks of 4x4
  // The picture of group numbers: red and green hold one.
  bits.write(0, 1) // no colour cache
  writeLiteralCode(bits, true)
  writeLiteralCode(bits, false)
  for (let code = 0; code < 3; code++) writeSingleCode(bits)
  const blocks = Math.ceil(width / 4) * Math.ceil(height / 4)
  for (let i = 0; i < blocks; i++) {
    const group = i % groups
    bits.write(reversed(group & 255), 8)
    bits.write(reversed(group >> 8), 8)
  }
  for (let code = 0; code < 5 * groups; code++) writeSingleCode(bits)
  // Every pixel takes no bits.
  return riff(bits.finish())
}

/**
 * Writes a code in which all 256 literals have 8 bits.
 * @param isGreen its alphabet is longer, so the number of lengths is written
 */
function writeLiteralCode(bits: BitWriter, isGreen: boolean): void {
  bits.write(0, 1)
  bits.write(LENGTHS_TO_8 - 4, 4)
  for (let i = 0; i < LENGTHS_TO_8; i++) bits.write(i === LENGTHS_TO_8 - 1 ? 1 : 0, 3)
  bits.write(isGreen ? 1 : 0, 1)
  if (!isGreen) return
  bits.write(3, 3)
  bits.write(254, 8)
}

/** Writes a code with symbol 0 only. */
function writeSingleCode(bits: BitWriter): void {
  bits.write(1, 1)
  bits.write(0, 3)
}

function reversed(byte: number): number {
  let result = 0
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit)
  return result
}

function riff(data: Uint8Array): Uint8Array {
  const padded = data.length + (data.length & 1)
  const head = new Uint8Array(20)
  head.set(new TextEncoder().encode('RIFF'))
  head.set(new TextEncoder().encode('WEBPVP8L'), 8)
  dataView(head).setUint32(4, 12 + padded, true)
  dataView(head).setUint32(16, data.length, true)
  return concat([head, data, new Uint8Array(padded - data.length)])
}
