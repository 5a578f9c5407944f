import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { generator, photo } from '../pictures/formula.ts'

/** A picture to upload, and the data by which it is recognized. */
export interface MadePicture {
  /** PNG. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string
  readonly print: Fingerprint
  /** Whether its bytes are cut off, so that a decoder must refuse it. */
  readonly isBroken: boolean
}

/** 8x8 pixels of 3 samples, which survive resizing and compression. */
type Fingerprint = Uint8Array

const SIDE = 8
/** Largest mean difference (0..255) between fingerprints of one picture. Any two pictures made here differ by more. */
const SAME = 9
/** Least factor by which the seed dims a channel, so that pictures differ in colour. */
const DIM = 0.25
/** Range of the samples before dimming. With full contrast a codec would change fingerprints by up to 7. */
const RANGE = { least: 96, most: 224 } as const

/** Makes a picture like a photograph; the same seed and size give the same bytes. */
export async function makePicture(
  seed: number,
  width: number,
  height: number,
  isBroken = false,
): Promise<MadePicture> {
  const random = generator(seed)
  const gains = [0, 1, 2].map(() => DIM + (1 - DIM) * random())
  const { data } = photo(width, height, seed)
  const { least, most } = RANGE
  const tinted = data.map((value, i) => gains[i % 3]! * (least + (value * (most - least)) / 255))
  const png = await sharp(tinted, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  const whole = new Uint8Array(png)
  const bytes = isBroken ? whole.slice(0, whole.length >> 1) : whole
  return { bytes, sha256: sha256(bytes), print: await fingerprint(whole), isBroken }
}

/** @throws Error of sharp for bytes that are cut or damaged */
export async function fingerprint(bytes: Uint8Array): Promise<Fingerprint> {
  const pixels = sharp(bytes, { failOn: 'error' }).removeAlpha().toColourspace('srgb')
  return new Uint8Array(await pixels.resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer())
}

/** @returns index of the picture with this fingerprint; undefined if none has it */
export function recognize(print: Fingerprint, pictures: readonly MadePicture[]): number | undefined {
  const differences = pictures.map((picture) => differenceOf(print, picture.print))
  const best = differences.indexOf(Math.min(...differences))
  return best >= 0 && differences[best]! <= SAME ? best : undefined
}

/** Mean over the samples. */
export function differenceOf(a: Fingerprint, b: Fingerprint): number {
  return a.reduce((sum, sample, i) => sum + Math.abs(sample - b[i]!), 0) / a.length
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
