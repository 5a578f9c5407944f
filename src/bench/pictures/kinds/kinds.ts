import sharp from 'sharp'
import type { DecodedPicture } from '../../../node/ingest/ingest.ts'
import { samplePicture } from '../sample.ts'
import { animationFile, drawAnimation } from './animation.ts'
import { banner, comic, logo, pixelArt, product, scan } from './art.ts'
import { chart, map, qrCode, swatches } from './graphics.ts'
import { DARK, editor, LIGHT, tallPage } from './screens.ts'

/**
 * A picture of each kind that an image service gets, by name. `photo` is the control, because COMPASS is made for
 * photographs.
 */
export const KINDS = {
  'code-light': () => editor(1200, 800, LIGHT),
  'code-dark': () => editor(1200, 800, DARK),
  chart: () => chart(1100, 700),
  map: () => map(1000, 800),
  qr: () => qrCode(12),
  logo: () => logo(900, 320),
  comic: () => comic(900, 1200),
  'pixel-art': () => pixelArt(64, 48, 12),
  scan: () => scan(960, 1280),
  gradient: () => banner(1440, 480),
  product: () => product(800, 900),
  tall: () => tallPage(1200, 20_000),
  swatches: () => swatches(6, 4, 150),
  photo: (): DecodedPicture => ({ ...samplePicture(1200, 800), channels: 3 }),
} as const satisfies Readonly<Record<string, () => DecodedPicture>>

/** Kinds that are uploaded: those above, and the animation. */
export const UPLOADS = [...(Object.keys(KINDS) as (keyof typeof KINDS)[]), 'animation'] as const
export type Kind = (typeof UPLOADS)[number]

/** The usual file of a kind: the photograph is a JPEG like a camera's, the animation a GIF, all others PNG. */
export async function uploadOf(kind: Kind): Promise<Uint8Array> {
  if (kind === 'animation') return await animationFile(drawAnimation(), 'gif')
  const { width, height, channels, data } = KINDS[kind]()
  const raw = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  const file = kind === 'photo' ? raw.jpeg({ quality: 92 }) : raw.png()
  return new Uint8Array(await file.toBuffer())
}
