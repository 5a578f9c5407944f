import sharp, { type Sharp } from 'sharp'
import { needsFittedChroma, needsFullChroma } from '../../pixels/chroma-loss.ts'
import { encoderQuality } from '../../pixels/encoder-quality.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import { WHITE } from '../ingest/matte.ts'
import { hasFewColours } from '../picture-layers/look.ts'
import { rawOf } from '../pixels.ts'
import { bestOfDrawn, SCORED_PIXELS } from './drawn.ts'
import type { RenderFormat } from './parameters.ts'
import type { RenderPlan } from './plan.ts'

/** Pixels up to which a picture is looked at for edges of colour. Above, 4:4:4 takes long, and nobody sees the pixels. */
const MAX_FULL_CHROMA_PIXELS = 4e6

/** Settings of AVIF by which drawings need less than photographs for the same score; at effort 2 they have 77 on the mean. */
const DRAWN_LESS = 5

interface Setting {
  /** 1 to 100 on JPEG's scale. */
  readonly quality: number
  readonly fast: boolean
  readonly hurried: boolean
  readonly chromaSubsampling: '4:2:0' | '4:4:4'
  /** Whether chroma of half the resolution is fitted to edges of colour. */
  readonly smartSubsample: boolean
  readonly isDrawn: boolean
}

const ENCODERS: Readonly<Record<RenderFormat, (picture: Sharp, setting: Setting) => Sharp>> = {
  avif: (picture, setting) => {
    const chromaSubsampling = setting.isDrawn ? '4:4:4' : setting.chromaSubsampling
    return picture.avif({ ...avifSetting(setting), chromaSubsampling })
  },
  // Effort 2 takes half of the time, and up to 6 % more bytes.
  webp: (picture, { quality, fast, smartSubsample }) =>
    picture.webp({ quality: encoderQuality('webp', quality), effort: fast ? 2 : 4, smartSubsample }),
  // Without MozJPEG's searches it takes a quarter of the time and a quarter more bytes; its quality is JPEG's then.
  jpeg: (picture, { quality, hurried, chromaSubsampling }) =>
    picture.jpeg({
      quality: hurried ? quality : encoderQuality('mozjpeg', quality),
      mozjpeg: !hurried,
      chromaSubsampling,
    }),
  png: (picture, { fast }) => picture.png({ compressionLevel: fast ? 6 : 9 }),
  // A GIF that was asked for a still has one frame.
  gif: (picture) => picture.gif(),
  original: (picture) => picture.png(),
}

/** Effort 2 takes a third fewer bytes than effort 0 for drawings of the same look, in three times the time. */
function avifSetting({ quality, fast, isDrawn }: Setting): {
  readonly quality: number
  readonly effort: number
} {
  if (isDrawn) {
    return { quality: Math.max(1, encoderQuality('avif-4', quality) - DRAWN_LESS), effort: fast ? 2 : 4 }
  }
  return { quality: encoderQuality(fast ? 'avif-0' : 'avif-4', quality), effort: fast ? 0 : 4 }
}

/**
 * Lays a decoded picture in its frame and encodes that, in the smallest way that the plan allows. The file has neither profile
 * nor EXIF nor XMP, because only pixels get here.
 */
export async function encodeRendered(
  picture: DecodedPicture,
  plan: RenderPlan,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels } = picture
  const raw = sharp(picture.data, { raw: { width, height, channels }, limitInputPixels: false })
  const { format, quality, lossless, fast, hurried } = plan
  const laid = framed(raw, plan)
  // Looked for only in formats whose encoder is told: it takes a pass over the picture.
  const hasEdges = (detect: typeof needsFullChroma, ...formats: RenderFormat[]) =>
    formats.includes(format) &&
    width * height <= MAX_FULL_CHROMA_PIXELS &&
    detect(picture.data, channels, width, height)
  const setting: Setting = {
    ...{ quality, fast, hurried },
    // What a lossless file would do for is a drawing, or a photograph that was cut out.
    isDrawn: lossless && hasFewColours(picture),
    chromaSubsampling: hasEdges(needsFullChroma, 'avif', 'jpeg') ? '4:4:4' : '4:2:0',
    smartSubsample: hasEdges(needsFittedChroma, 'webp'),
  }
  const ways = [ENCODERS[format](laid.clone(), setting)]
  // More effort makes drawings no smaller.
  if (lossless) ways.push(laid.clone().webp({ lossless: true, effort: 2 }))
  const [file, exact] = await Promise.all(ways.map((way) => way.toBuffer()))
  // A buffer of its own: sharp's may lie in a larger one.
  if (exact === undefined) return new Uint8Array(file!)
  if (format !== 'avif' || width * height > SCORED_PIXELS)
    return new Uint8Array(file!.length <= exact.length ? file! : exact)
  const { quality: made, effort } = avifSetting(setting)
  const drawing = { avif: file!, lossless: exact, quality, setting: made, effort }
  return new Uint8Array(await bestOfDrawn(await rawOf(laid), drawing))
}

export function framed(picture: Sharp, { size, place, background = WHITE }: RenderPlan): Sharp {
  const { left, top } = place
  const [right, bottom] = [size.width - left - place.width, size.height - top - place.height]
  return left + top + right + bottom === 0
    ? picture
    : picture.extend({ left, top, right, bottom, background })
}
