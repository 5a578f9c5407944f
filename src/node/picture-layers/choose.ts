/**
 * src/node/picture-layers makes files whose layers are pictures: it looks whether COMPASS or another coding is right for a
 * picture, measures it where a look does not tell, makes each layer as the smallest file that is good enough, and checks it.
 * @module
 */

import { throwIfAborted } from '../../core/abort.ts'
import { hex } from '../../core/bytes.ts'
import { LAYER_HAS_ALPHA, LAYER_IS_LOSSLESS } from '../../format/coding.ts'
import { layerHeight } from '../../format/ladder.ts'
import type { PicturePayload } from '../../format/types.ts'
import { writePictures } from '../../format/writer.ts'
import type { EncodeParameters, EncodePicture } from '../encode-picture.ts'
import type { DecodedPicture, OpenPicture } from '../ingest/ingest.ts'
import { originalLayer, originalWithoutMetadata } from '../originals/original.ts'
import { decodeFile, flattened, hidesSomething, isOneColour, resizePixels, samePixels } from '../pixels.ts'
import { placeholderCode } from '../placeholder.ts'
import { createRuntime } from '../runtimes.ts'
import type { Needed } from './avif-layer.ts'
import type { CodedPicture } from './encode.ts'
import { makeLayer } from './layer.ts'
import { look } from './look.ts'
import { noLargerLayer } from './no-larger.ts'
import { type MadeLayer, uselessBytes, withRoom } from './paying.ts'
import { DEFAULT_TARGET, pictureRungs, qualityOfScore } from './target.ts'
import { isForCompass, tryCodings, type WidthTrial } from './trial.ts'
import { verifyLayer } from './verify.ts'

/** Sides of pictures that are kept without any loss: of icons every pixel counts, and they are small in any coding. */
const TINY_SIDE = 64

/** What is to be made of a picture, and what was measured on the way. */
interface Choice {
  /** Whether its layers should be pictures. */
  readonly pictures: boolean
  readonly trials: readonly WidthTrial[]
  /** Whether nothing may be lost. */
  readonly lossless: boolean
}

interface ChoiceOptions {
  readonly parameters: EncodeParameters
  readonly encode: EncodePicture
  readonly signal?: AbortSignal | undefined
}

/**
 * Chooses how a picture is coded. One with alpha becomes pictures, a flat colour and a tiny one too, without loss; one that
 * is plainly a photograph goes to COMPASS; of the others a few tiles are tried.
 * @param picture without an alpha channel unless that hides something
 */
export async function chooseCoding(
  picture: DecodedPicture,
  { parameters, encode, signal }: ChoiceOptions,
): Promise<Choice> {
  const { coding = 'auto', quality } = parameters
  const { width, height } = picture
  if (Math.max(width, height) <= TINY_SIDE || isOneColour(picture)) {
    return { pictures: true, trials: [], lossless: true }
  }
  const seen = look(picture)
  const isOpaque = picture.channels === 3
  if (coding === 'auto' && isOpaque && seen === 'photograph') {
    return { pictures: false, trials: [], lossless: false }
  }
  const target = typeof quality === 'object' ? quality.score : DEFAULT_TARGET
  // Of what is plainly drawn COMPASS takes more than the others: it is not tried.
  const isUndecided = coding === 'auto' && isOpaque && seen !== 'drawing'
  const trials = await tryCodings(picture, { target, compass: isUndecided ? encode : undefined, signal })
  return { pictures: !(isUndecided && isForCompass(seen, trials)), trials, lossless: false }
}

interface PictureFileOptions {
  readonly choice: Choice
  readonly parameters: EncodeParameters
  /** The opened original, whose own file may be the widest layer. */
  readonly original: OpenPicture
  /** The first 16 bytes of its hash. */
  readonly sha256: Uint8Array
  readonly signal?: AbortSignal | undefined
}

/**
 * A file whose layers are pictures, each decoded and compared.
 * @throws StrataError PARAM_INVALID (widths), VERIFY_FAILED, ABORTED
 */
export async function encodeAsPictures(
  picture: DecodedPicture,
  options: PictureFileOptions,
): Promise<Uint8Array> {
  const { choice, parameters, original, sha256, signal } = options
  const { width, height } = picture
  const { widths, quality } = parameters
  const all = pictureRungs(width, widths, quality)
  const rungs = choice.lossless && widths === undefined && isSmall(picture) ? all.slice(-1) : all
  const only = parameters.coding === 'webp' || parameters.coding === 'avif' ? parameters.coding : undefined
  const made: MadeLayer[] = []
  const needs: Needed[] = []
  // From the widest down, because some are of no use beside the wider ones.
  for (const rung of rungs.toReversed()) {
    throwIfAborted(signal)
    const size = { width: rung.width, height: layerHeight(rung.width, width, height) }
    const resized = await resizePixels(picture, size)
    const useless = widths === undefined ? uselessBytes(rung.width, made) : Number.POSITIVE_INFINITY
    const { made: coded, needed } = await makeLayer(resized, {
      ...{ target: rung.target, only, lossless: choice.lossless, useless },
      ...{ trial: nearest(choice.trials, rung.width), needed: nearest(needs, rung.width) },
    })
    if (needed) needs.push(needed)
    let layer = coded
    if (rung.width === width) {
      layer = await withOriginal(layer, resized, original, only)
      // A JPEG is no layer, but clients that would take it are sent no more bytes than it has.
      if (isBounded(original, quality))
        layer = await noLargerLayer(layer, resized, originalWithoutMetadata(original).length, only)
    }
    if (layer.file.length >= useless) continue
    const alpha = hidesSomething(resized)
    const exactly = layer.lossless ? resized : undefined
    await verifyLayer(layer.file, { ...size, coding: layer.coding, alpha, exactly })
    made.unshift({ ...layer, ...size, alpha, target: rung.target })
  }
  const kept = widths === undefined ? withRoom(made, original.bytes.length) : made
  const runtime = await createRuntime('wasm')
  return writePictures({
    source: { width, height, sha256: hex(sha256) },
    layers: kept.map(payloadOf),
    placeholder: await placeholderCode(flattened(picture, { r: 255, g: 255, b: 255 }), runtime),
  })
}

/** The original itself, where its bytes are fewer and nothing else is asked for. */
async function withOriginal(
  layer: CodedPicture,
  picture: DecodedPicture,
  original: OpenPicture,
  only: string | undefined,
): Promise<CodedPicture> {
  const bare = await originalLayer(original)
  const isWanted =
    bare && (only === undefined || only === bare.coding) && bare.file.length < layer.file.length
  if (!isWanted || !samePixels(await decodeFile(bare.file), picture)) return layer
  return { ...bare, lossless: true, score: 100 }
}

/** Whether a layer may not take more bytes than the original: that of a JPEG, unless a quality is asked for. */
function isBounded({ format, metadata }: OpenPicture, quality: EncodeParameters['quality']): boolean {
  return format === 'jpeg' && (metadata.orientation ?? 1) === 1 && quality === undefined
}

/** The one of the nearest width, by their ratio. */
function nearest<T extends { readonly width: number }>(all: readonly T[], width: number): T | undefined {
  const distance = (one: T) => Math.abs(Math.log(one.width / width))
  return [...all].sort((a, b) => distance(a) - distance(b))[0]
}

function isSmall({ width, height }: DecodedPicture): boolean {
  return width * height <= TINY_SIDE * TINY_SIDE
}

function payloadOf({
  coding,
  file,
  lossless,
  score,
  width,
  height,
  alpha,
  target,
}: MadeLayer): PicturePayload {
  return {
    coding,
    picture: file,
    width,
    height,
    quality: lossless ? 100 : qualityOfScore(target),
    flags: (alpha ? LAYER_HAS_ALPHA : 0) | (lossless ? LAYER_IS_LOSSLESS : 0),
    score: score === undefined ? 0 : Math.min(100, Math.max(1, Math.round(score))),
  }
}
