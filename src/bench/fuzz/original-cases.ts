import { concat, dataView } from '../../core/bytes.ts'
import { crc32 } from '../../core/crc32.ts'
import { emptyPng, inflated } from '../forged/bombs.ts'
import type { Random } from '../random.ts'

type MakeOriginal = (random: Random, files: readonly Uint8Array[]) => Uint8Array

/** Bytes at the beginning of a file, which hold most declarations. */
const FRONT = 400

/** Ways to make a bad original out of good ones, by name. */
export const ORIGINAL_CASES: Readonly<Record<string, MakeOriginal>> = {
  /** The unchanged file: any fault is the reader's. */
  whole: (random, files) => random.pick(files).slice(),

  cut(random, files) {
    const file = random.pick(files)
    return file.slice(0, random.below(file.length))
  },

  flips(random, files) {
    const copy = random.pick(files).slice()
    for (let n = 1 + random.below(8); n > 0; n--) copy[place(random, copy)]! ^= 1 << random.below(8)
    return copy
  },

  /** Sets a field of one, two or four bytes, of either byte order, to one of its limits. */
  fields(random, files) {
    const copy = random.pick(files).slice()
    const view = dataView(copy)
    for (let n = 1 + random.below(3); n > 0; n--) {
      const at = Math.min(place(random, copy), copy.length - 4)
      const isLittle = random.chance(0.5)
      random.pick([
        () => view.setUint8(at, random.edge(8)),
        () => view.setUint16(at, random.edge(16), isLittle),
        () => view.setUint32(at, random.edge(32), isLittle),
      ])()
    }
    return copy
  },

  /** Deletes, doubles or moves a part, or replaces it by noise. */
  pieces(random, files) {
    const file = random.pick(files)
    const [at, length] = [place(random, file), 1 + random.below(120)]
    const [front, part, rest] = [
      file.subarray(0, at),
      file.subarray(at, at + length),
      file.subarray(at + length),
    ]
    return random.pick([
      () => concat([front, rest]),
      () => concat([front, part, part, rest]),
      () => concat([front, random.bytes(length), rest]),
      () => concat([front, ...Array.from({ length: 200 }, () => part), rest]),
      () => concat([front, rest, part]),
    ])()
  },

  /** Joins the beginning of one file and the rest of another. */
  joined(random, files) {
    const [one, other] = [random.pick(files), random.pick(files)]
    return concat([one.subarray(0, random.below(one.length)), other.subarray(random.below(other.length))])
  },

  /** A small file that declares a huge size. */
  bomb: (random, files) => inflated(random, random.pick(files)),

  empty: (random) => emptyPng(random),

  /** Reorders, doubles, deletes or changes chunks of a PNG, with right checksums. */
  chunks(random, files) {
    const chunks = chunksOf(random.pick(files.filter((file) => file[0] === 0x89)))
    for (let n = 1 + random.below(3); n > 0; n--) {
      const at = random.below(chunks.length)
      random.pick([
        () => chunks.splice(at, 1),
        () => chunks.splice(at, 0, chunks[random.below(chunks.length)]!.slice()),
        () => chunks.reverse(),
        () => damage(random, chunks[at]!),
      ])()
      if (chunks.length === 0) break
    }
    return concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks])
  },

  /** Noise behind the signature of a format. */
  noise(random, files) {
    return concat([
      random.pick(files).subarray(0, random.pick([3, 8, 12, 32])),
      random.bytes(random.below(600)),
    ])
  },
}

function place(random: Random, { length }: Uint8Array): number {
  return random.below(random.chance(0.6) ? Math.min(FRONT, length) : length)
}

/** Length, type, data and checksum of each. */
function chunksOf(png: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 8; at + 12 <= png.length; ) {
    const end = at + 12 + dataView(png).getUint32(at)
    chunks.push(png.slice(at, end))
    at = end
  }
  return chunks
}

function damage(random: Random, chunk: Uint8Array): void {
  if (chunk.length < 13) return
  for (let n = 1 + random.below(4); n > 0; n--) chunk[8 + random.below(chunk.length - 12)] = random.edge(8)
  dataView(chunk).setUint32(chunk.length - 4, crc32(chunk.subarray(4, chunk.length - 4)))
}
