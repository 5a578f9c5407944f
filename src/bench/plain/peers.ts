import sharp, { type Sharp } from 'sharp'
import type { Size } from '../../core/box.ts'
import type { RgbImage } from '../../core/image.ts'
import { type EncoderName, encoderQuality } from '../../pixels/encoder-quality.ts'

/** Formats that other image services make from the original, by sharp. */
export const PEERS = ['mozjpeg', 'webp', 'avif-4', 'avif-0'] as const
export type Peer = (typeof PEERS)[number] & EncoderName

/** Settings of the peers; bytes and scores are interpolated linearly between them. */
export const PEER_SETTINGS: readonly number[] = Array.from({ length: 25 }, (_, i) => 2 + 4 * i)

/** Index in PEER_SETTINGS at which photographs of usual widths have a SSIMULACRA2 of about 70. */
export const PEER_STARTS: Readonly<Record<Peer, number>> = {
  mozjpeg: 18,
  webp: 18,
  'avif-4': 13,
  'avif-0': 13,
}

/** Encodes the original, which is resized already. */
export async function encodePeer(
  { width, height, data }: RgbImage,
  peer: Peer,
  setting: number,
): Promise<Uint8Array> {
  const raw = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
  return new Uint8Array(await encoder(raw, peer, setting).toBuffer())
}

/**
 * Makes an AVIF as a fast image service does: decodes the original (reduced if the format allows it), resizes, encodes.
 */
export async function answerFromOriginal(
  original: Uint8Array,
  { width, height }: Size,
  quality: number,
): Promise<Uint8Array> {
  const resized = sharp(original, { limitInputPixels: false })
    .autoOrient()
    .resize(width, height, { fit: 'fill' })
  return await encoder(resized, 'avif-0', encoderQuality('avif-0', quality)).toBuffer()
}

function encoder(picture: Sharp, peer: Peer, quality: number): Sharp {
  if (peer === 'mozjpeg') return picture.jpeg({ quality, mozjpeg: true })
  if (peer === 'webp') return picture.webp({ quality })
  return picture.avif({ quality, effort: peer === 'avif-4' ? 4 : 0, chromaSubsampling: '4:2:0' })
}
