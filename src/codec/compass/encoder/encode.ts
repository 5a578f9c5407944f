/*
 * This folder writes .strata files: analysis, quantization, the choice whether a strip gets a residual, and the verification
 * of the file by decoding it.
 */
import { throwIfAborted } from '../../../core/abort.ts'
import { hex } from '../../../core/bytes.ts'
import { sha256 } from '../../../core/hash.ts'
import type { RgbImage } from '../../../core/image.ts'
import { checkLadder, layerHeight, type Rung } from '../../../format/ladder.ts'
import { STRIP_ROWS } from '../../../format/layout.ts'
import type { LayerInfo } from '../../../format/types.ts'
import { writeStrata } from '../../../format/writer.ts'
import type { Runtime } from '../../../runtime/types.ts'
import { type ObservePhase, unobserved } from '../../encode-phases.ts'
import { kernelsOf } from '../kernels/kernels.ts'
import { EntropyModel } from '../latents/entropy-parameters.ts'
import { StripCache } from '../latents/latents.ts'
import { SymbolHashes } from '../latents/symbol-hashes.ts'
import { LayerPicture } from '../picture/layer-picture.ts'
import { Predictor } from '../picture/predictor.ts'
import { layerGeometry, stripGeometry } from '../shared/geometry.ts'
import { type DecoderTable, loadDecoderTable } from '../shared/tables.ts'
import { LatentEncoder } from './latent-encoder.ts'
import { verifyFile } from './verify.ts'

export interface EncodeOptions {
  /** Runs the analysis networks. */
  readonly encoder: Runtime
  /** Runs the decoder's networks, so that layers are predicted from the very samples that decoders will have. */
  readonly decoder: Runtime
  /** Layers from the base up, such as `ladderFor` makes. */
  readonly ladder: readonly Rung[]
  /** The first 16 bytes of the SHA-256 of the original file. */
  readonly sha256: Uint8Array
  readonly resize: (image: RgbImage, width: number, height: number) => Promise<RgbImage>
  /** Progressive code of the placeholder, for the header. */
  readonly placeholder?: Uint8Array | undefined
  /** Gradient steps on each strip's latents: smaller files of the same error, in several times the time. @default 0 */
  readonly refine?: number | undefined
  /** Whether `encodePicture` decodes the file and compares it before it returns. */
  readonly verify?: boolean
  /** Measures the phases of the encode. */
  readonly observe?: ObservePhase | undefined
  readonly signal?: AbortSignal | undefined
}

/** Flag of a layer without any residual: its picture is its prediction. */
export const PREDICTED = 1

/** One layer of the encoder's chain: the strips to be written, and the picture and latents that a decoder will have. */
interface EncoderLayer {
  readonly info: LayerInfo
  readonly writer: LatentEncoder
  readonly latents: StripCache
  readonly predictor: Predictor | undefined
  readonly picture: LayerPicture
}

/** Encodes a picture into one .strata file. @throws StrataError as `encodeLayers` and `EncodedLayers.verify` */
export async function encodePicture(image: RgbImage, options: EncodeOptions): Promise<Uint8Array> {
  const encoded = await encodeLayers(image, options)
  const file = encoded.write()
  if (options.verify) await encoded.verify(file)
  return file
}

/** The coded layers of a picture, from which a file is written. */
export interface EncodedLayers {
  /** @param scores of the layers, for the header, as in `LayerInfo` */
  write(scores?: readonly number[]): Uint8Array
  /**
   * Decodes the file that `write` made, and compares symbols and pixels with the encoder's. Needs the option `verify`.
   * @throws StrataError VERIFY_FAILED, ABORTED
   */
  verify(file: Uint8Array): Promise<void>
}

/** Receives rows of the top layer as a decoder will show them: interleaved 8-bit RGB, from row `top` on. */
type ReceiveRows = (rows: Uint8Array, top: number) => void

/**
 * Encodes a picture's layers. Each is predicted from the decoded picture of the layer below (COMPASS, eq. (1)-(4)). Strips
 * of the top layer pull the strips below that they depend on, so that memory holds the resized sources and only a few
 * strips of each layer.
 *
 * @throws StrataError PARAM_INVALID for an impossible ladder, ABORTED
 */
export async function encodeLayers(
  image: RgbImage,
  options: EncodeOptions,
  receive?: ReceiveRows,
): Promise<EncodedLayers> {
  const { encoder, decoder, ladder, signal, observe = unobserved } = options
  checkLadder(ladder, image.width)
  const table = await loadDecoderTable(decoder)
  const hashes = new SymbolHashes()
  const layers: EncoderLayer[] = []
  for (const [index, rung] of ladder.entries()) {
    throwIfAborted(signal)
    layers.push(await openLayer(image, rung, index, table, layers.at(-1), options, hashes))
  }
  const reconstruction: Promise<Uint8Array>[] = []
  const hashRows = (rows: Uint8Array) => void reconstruction.push(sha256(rows))
  const receivers = [...(options.verify ? [hashRows] : []), ...(receive ? [receive] : [])]
  await encodeStrips(layers, table, receivers, observe)
  return {
    write: (scores = []) =>
      writeStrata({
        source: { width: image.width, height: image.height, sha256: hex(options.sha256) },
        modelSet: encoder.manifest.modelSet,
        layers: layers.map(({ info, writer: { strips } }, index) => {
          const flags = strips.every((strip) => strip.length === 0) ? PREDICTED : 0
          return { ...info, flags, score: scores[index] ?? 0, strips }
        }),
        placeholder: options.placeholder,
      }),
    verify: async (file) => {
      const expected = { symbols: await hashes.layers(), reconstruction: await Promise.all(reconstruction) }
      await observe('verify', () => verifyFile(file, { runtime: decoder, ...expected, signal }))
    },
  }
}

async function openLayer(
  image: RgbImage,
  rung: Rung,
  index: number,
  table: DecoderTable,
  below: EncoderLayer | undefined,
  options: EncodeOptions,
  hashes: SymbolHashes,
): Promise<EncoderLayer> {
  const { encoder, decoder, signal, observe = unobserved } = options
  const { width, quality } = rung
  const height = layerHeight(width, image.width, image.height)
  const own = { index, coding: 'compass' as const, width, height, quality }
  const info: LayerInfo = { ...own, flags: 0, checksum: 0, score: 0, start: 0, end: 0 }
  const geometry = layerGeometry(info, table)
  const source =
    width === image.width ? image : await observe('resize', () => options.resize(image, width, height))
  const model = await EntropyModel.load(decoder, table, info, geometry, below)
  const predictor =
    below && (await Predictor.create(decoder, below.picture, width, height, kernelsOf(decoder).liff))
  const writer = await LatentEncoder.create({
    ...{ encoder, decoder, table, quality, picture: source, model, predictor },
    tap: hashes.tap(index),
    refine: options.refine ?? 0,
    observe,
  })
  const top = index === options.ladder.length - 1
  const latents = new StripCache(geometry, top ? ['pixels'] : ['pixels', 'context'], (strip) => {
    throwIfAborted(signal)
    return observe('coding', () => writer.strip(stripGeometry(geometry, strip, table)))
  })
  const picture = await LayerPicture.create(decoder, table, quality, latents, predictor)
  return { info, writer, latents, predictor, picture }
}

/** Encodes every strip, and reconstructs the top layer if there are receivers. */
async function encodeStrips(
  layers: readonly EncoderLayer[],
  table: DecoderTable,
  receivers: readonly ReceiveRows[],
  observe: ObservePhase,
): Promise<void> {
  // Start at the top layer, which pulls almost all strips below; then encode the strips that it did not need.
  for (const layer of layers.toReversed()) {
    const { info, writer, latents, predictor, picture } = layer
    const top = info.index === layers.length - 1
    for (let strip = 0; strip < latents.geometry.strips; strip++) {
      if (!writer.strips[strip]) await latents.strip(strip)
      if (!top) continue
      if (receivers.length > 0) {
        const [first, last] = [strip * STRIP_ROWS, Math.min((strip + 1) * STRIP_ROWS, info.height)]
        await observe('synthesis', () => picture.ensure(last))
        const rows = picture.rgb(first, last)
        for (const receive of receivers) receive(rows, first)
        picture.rows.discard(last)
      } else {
        latents.release('pixels', strip + 1)
        predictor?.rows.discard((strip + 1) * STRIP_ROWS - table.enhancement.haloRows)
      }
    }
  }
}
