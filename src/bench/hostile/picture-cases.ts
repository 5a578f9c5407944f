import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { concat } from '../../core/bytes.ts'
import { CODINGS, LAYER_HAS_ALPHA, type PictureCoding } from '../../format/coding.ts'
import { twoSequences } from '../forged/avif-bomb.ts'
import { pngChunk, pngOf } from '../forged/bombs.ts'
import type { ForgedLayer } from '../forged/forge.ts'
import { groupedWebp } from '../forged/webp-bomb.ts'
import { noise } from '../pictures/formula.ts'
import { type HostileCase, pictureFile } from './case.ts'

/** Bytes that a bomb's stream unpacks to. */
const BOMB_BYTES = 256e6

/** A layer with this picture file. */
function layerOf(coding: PictureCoding, width: number, height: number, picture: Uint8Array): ForgedLayer {
  const flags = LAYER_HAS_ALPHA
  return { width, height, quality: 75, flags, coding: CODINGS.indexOf(coding), strips: [], picture }
}

const fileOf = (...layer: Parameters<typeof layerOf>) => pictureFile([layerOf(...layer)])

/** Files whose picture layers cost more than their size suggests. */
export async function pictureCases(): Promise<HostileCase[]> {
  const avif = await picture(48, 32, (from) => from.removeAlpha().avif({ quality: 50, effort: 0 }))
  const webp = await picture(48, 32, (from) => from.webp())
  const png = await picture(48, 32, (from) => from.png())
  return [...webpCases(webp), ...avifCases(avif), ...pngCases(png), ...layerCases(png)]
}

/** Noise with alpha as a picture file. */
async function picture(width: number, height: number, encode: (from: Sharp) => Sharp): Promise<Uint8Array> {
  const { data } = noise(width, height)
  const from = sharp(data, { raw: { width, height, channels: 3 } }).ensureAlpha(0.5)
  return new Uint8Array(await encode(from).toBuffer())
}

function webpCases(webp: Uint8Array): HostileCase[] {
  return [
    {
      name: 'WebP with 65536 groups of codes',
      file: async () => fileOf('webp', 2000, 2000, groupedWebp(2000, 2000, 65_536)),
    },
    {
      name: 'WebP of 16383 x 16383 in a small layer',
      file: async () => fileOf('webp', 48, 32, groupedWebp(16_383, 16_383, 4)),
    },
    {
      name: 'WebP of 16383 x 6000',
      file: async () => fileOf('webp', 16_383, 6000, groupedWebp(16_383, 6000, 4)),
    },
    {
      name: 'WebP of 4 MP of noise',
      file: async () =>
        fileOf(
          'webp',
          2000,
          2000,
          await picture(2000, 2000, (from) => from.webp({ lossless: true, effort: 0 })),
        ),
    },
    { name: 'WebP that is an animation', file: async () => fileOf('webp-animated', 48, 32, webp) },
  ]
}

function avifCases(avif: Uint8Array): HostileCase[] {
  const deep = () =>
    Array.from({ length: 40_000 }, () => Uint8Array.from([0, 0, 0, 0, ...Buffer.from('meta'), 0, 0, 0, 0]))
  return [
    ...[2000, 8192, 16_384, 65_536].map((side) => ({
      name: `AVIF of 48 x 32 that goes on with ${side} x ${side}`,
      file: async () => fileOf('avif', 48, 32, twoSequences(avif, side, side)),
    })),
    {
      name: 'AVIF of 1.2 MP of noise',
      file: async () =>
        fileOf(
          'avif',
          1200,
          1000,
          await picture(1200, 1000, (from) => from.avif({ lossless: true, effort: 0 })),
        ),
    },
    {
      name: 'AVIF of 40000 boxes in boxes',
      file: async () => fileOf('avif', 48, 32, concat([avif.subarray(0, 40), ...deep()])),
    },
    { name: 'AVIF in a layer of 100 MP', file: async () => fileOf('avif', 10_000, 10_000, avif) },
  ]
}

function pngCases(png: Uint8Array): HostileCase[] {
  const zeros = () => deflateSync(new Uint8Array(BOMB_BYTES))
  const empty = () => Array.from({ length: 200_000 }, () => pngChunk('IDAT', new Uint8Array(0)))
  return [
    {
      name: 'PNG that unpacks to 256 MB',
      file: async () => fileOf('png', 48, 32, pngOf(48, 32, { data: zeros() })),
    },
    {
      name: 'PNG of 4 MP that unpacks to 256 MB',
      file: async () => fileOf('png', 2000, 2000, pngOf(2000, 2000, { data: zeros() })),
    },
    {
      name: 'PNG of 20000 x 20000 in a small layer',
      file: async () => fileOf('png', 48, 32, pngOf(20_000, 20_000, { data: zeros() })),
    },
    {
      name: 'PNG of 10000 x 10000',
      file: async () => fileOf('png', 10_000, 10_000, pngOf(10_000, 10_000, { data: zeros() })),
    },
    {
      name: 'PNG of 4 MP, 16 bits, in passes',
      file: async () =>
        fileOf(
          'png',
          2000,
          2000,
          pngOf(2000, 2000, {
            data: deflateSync(new Uint8Array(8 * 4e6 + 3750)),
            depth: 16,
            interlaced: true,
          }),
        ),
    },
    {
      name: 'PNG of 200000 empty chunks',
      file: async () => fileOf('png', 48, 32, concat([png.subarray(0, 33), ...empty(), png.subarray(33)])),
    },
    {
      name: 'PNG in sixteen layers of 4 MP',
      file: async () =>
        pictureFile(
          Array.from({ length: 16 }, (_, i) => ({
            ...layerOf('png', 2000, 2000, pngOf(2000, 2000, { data: zeros() })),
            quality: 1 + i,
          })),
        ),
    },
  ]
}

/** Layers whose entries in the layer table do not fit their files. */
function layerCases(png: Uint8Array): HostileCase[] {
  return [
    { name: 'PNG under the coding of WebP', file: async () => fileOf('webp', 48, 32, png) },
    {
      name: 'COMPASS in a file without models',
      file: async () => pictureFile([{ ...layerOf('png', 48, 32, png), coding: 0 }]),
    },
    {
      name: 'a picture under a wrong checksum',
      file: async () => pictureFile([{ ...layerOf('png', 48, 32, png), checksum: 1 }]),
    },
    {
      name: 'unknown flags',
      file: async () => pictureFile([{ ...layerOf('png', 48, 32, png), flags: 255 }]),
    },
  ]
}
