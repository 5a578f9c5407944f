import sharp, { type Sharp } from 'sharp'
import { throwIfAborted } from '../../core/abort.ts'
import { hex } from '../../core/bytes.ts'
import { LAYER_HAS_ALPHA, LAYER_IS_LOSSLESS } from '../../format/coding.ts'
import { layerHeight } from '../../format/ladder.ts'
import type { PicturePayload } from '../../format/types.ts'
import { writePictures } from '../../format/writer.ts'
import type { EncodeParameters } from '../encode-picture.ts'
import { type DecodedPicture, decodePicture, type OpenPicture } from '../ingest/ingest.ts'
import { animatedFile, ofFrames, webpFrames } from '../originals/frames.ts'
import { flattened, rawOf, resizePixels } from '../pixels.ts'
import { placeholderCode } from '../placeholder.ts'
import { createRuntime } from '../runtimes.ts'
import { encodeLossless } from './encode.ts'
import { createScorer } from './score.ts'
import { searchSetting } from './search.ts'
import { type PictureRung, pictureRungs, qualityOfScore } from './target.ts'
import { need } from './verify.ts'

interface AnimationOptions {
  readonly parameters: EncodeParameters
  /** The first 16 bytes of the original's hash. */
  readonly sha256: Uint8Array
  readonly signal?: AbortSignal | undefined
}

/** How frames are coded: without loss, or by libwebp's choice for each at this quality. */
type Setting = { readonly lossless: true } | { readonly quality: number; readonly mixed: true }

/** Lossless takes less where frames are drawn and differ little; it may take so many times the bytes of lossy on a still. */
const LOSSLESS_WORTH = 1.5

/**
 * An animation as animated WebP at the widths of the ladder, each decoded once more: size, frames and duration.
 * @throws StrataError PARAM_INVALID (widths), INPUT_CORRUPT, VERIFY_FAILED, ABORTED
 */
export async function encodeAnimation(
  original: OpenPicture,
  { parameters, sha256, signal }: AnimationOptions,
): Promise<Uint8Array> {
  const { width, height } = original
  const bytes = await ofFrames(() => animatedFile(original))
  const source = await ofFrames(() => readAnimation(bytes))
  const first = await decodePicture(original, {})
  const layers: PicturePayload[] = []
  for (const rung of pictureRungs(width, parameters.widths, parameters.quality)) {
    throwIfAborted(signal)
    const size = { width: rung.width, height: layerHeight(rung.width, width, height) }
    const setting = await chooseSetting(await resizePixels(first, size), rung)
    const isOwn = rung.width === width
    const made = await ofFrames(() => writeAnimation(bytes, size, source, setting))
    const alpha = await verifyAnimation(made, size, source)
    const bare = isOwn && isBare(original) && bytes.length < made.length
    const picture = bare ? bytes.slice() : made
    const lossless = bare || 'lossless' in setting
    layers.push({
      coding: 'webp-animated',
      picture,
      ...size,
      quality: lossless ? 100 : qualityOfScore(rung.target),
      flags: (alpha ? LAYER_HAS_ALPHA : 0) | (lossless ? LAYER_IS_LOSSLESS : 0),
    })
  }
  const runtime = await createRuntime('wasm')
  return writePictures({
    source: { width, height, sha256: hex(sha256) },
    layers: parameters.widths === undefined ? payingLayers(layers) : layers,
    placeholder: await placeholderCode(flattened(first, { r: 255, g: 255, b: 255 }), runtime),
  })
}

/** Those with fewer bytes than the next wider one, and half of the source's width, as of stills. */
function payingLayers(layers: readonly PicturePayload[]): PicturePayload[] {
  const half = Math.round(layers.at(-1)!.width / 2)
  return layers.filter(({ width, picture }, i) => {
    const above = layers[i + 1]
    return above === undefined || width === half || picture.length < above.picture.length
  })
}

/** Whether the original's own file may be a layer: an animated WebP in sRGB without metadata. */
function isBare({ format, metadata }: OpenPicture): boolean {
  const { exif, xmp, icc } = metadata
  return format === 'webp' && exif === undefined && xmp === undefined && icc === undefined
}

/** What an animation says of its frames. */
interface Frames {
  readonly frames: number
  readonly delay: readonly number[]
  /** 0: for ever. */
  readonly loop: number
}

async function readAnimation(bytes: Uint8Array): Promise<Frames> {
  const { pages = 1, delay = [], loop = 0 } = await sharp(bytes, ANIMATED).metadata()
  return { frames: pages, delay, loop }
}

const ANIMATED = { animated: true, limitInputPixels: false } as const

/** A pipeline over all frames of an animation, scaled by Lanczos3. */
function scaledFrames(bytes: Uint8Array, size: { width: number; height: number }): Sharp {
  return sharp(bytes, ANIMATED).resize(size.width, size.height, { kernel: 'lanczos3', fit: 'fill' })
}

async function writeAnimation(
  bytes: Uint8Array,
  size: { width: number; height: number },
  { delay, loop }: Frames,
  setting: Setting,
): Promise<Uint8Array> {
  const webp = scaledFrames(bytes, size).webp({ ...setting, effort: 4, loop, delay: [...delay] })
  return new Uint8Array(await webp.toBuffer())
}

/** The smaller way for the first frame stands for all: to try every frame would take minutes. */
async function chooseSetting(first: DecodedPicture, { target }: PictureRung): Promise<Setting> {
  const scorer = createScorer(first)
  if (scorer === undefined) return { lossless: true }
  const lossy = await searchSetting(first, 'webp', scorer, { target, tries: 4 })
  const exact = await encodeLossless(first, 'webp')
  if (exact.file.length <= LOSSLESS_WORTH * lossy.file.length) return { lossless: true }
  return { quality: lossy.setting, mixed: true }
}

/** @returns whether some pixel of a frame is not opaque */
async function verifyAnimation(
  file: Uint8Array,
  size: { width: number; height: number },
  { frames, delay }: Frames,
): Promise<boolean> {
  const { width, pageHeight, hasAlpha } = await sharp(file, ANIMATED).metadata()
  need('size', `${size.width} × ${size.height}`, `${width} × ${pageHeight}`)
  // Equal frames that follow each other become one, which is shown as long.
  const written = webpFrames(file)
  need('at most as many frames', true, written.frames <= frames)
  need(
    'duration',
    delay.reduce((sum, ms) => sum + ms, 0),
    written.duration,
  )
  await rawOf(sharp(file, ANIMATED)) // it decodes
  return hasAlpha
}
