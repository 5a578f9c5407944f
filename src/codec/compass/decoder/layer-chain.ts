import { throwIfAborted } from '../../../core/abort.ts'
import { StrataError } from '../../../core/errors.ts'
import { holdsPictures } from '../../../format/coding.ts'
import { readStrips } from '../../../format/layers.ts'
import { readHeader, wholeLayers } from '../../../format/reader.ts'
import type { LayerInfo, StrataHeader } from '../../../format/types.ts'
import type { Runtime } from '../../../runtime/types.ts'
import { type CodecKernels, kernelsOf } from '../kernels/kernels.ts'
import { EntropyModel, type LayerBelow } from '../latents/entropy-parameters.ts'
import { decodeStrip, type SymbolTap } from '../latents/latent-decoder.ts'
import { type LatentReader, type LatentSource, StripCache } from '../latents/latents.ts'
import { LayerPicture } from '../picture/layer-picture.ts'
import { Predictor } from '../picture/predictor.ts'
import { layerGeometry, stripGeometry } from '../shared/geometry.ts'
import { type DecoderTable, loadDecoderTable } from '../shared/tables.ts'

export interface DecodeOptions {
  readonly runtime: Runtime
  /** Number of the layer to decode, from 0. @default the highest layer that lies wholly in the bytes */
  readonly layer?: number | undefined
  /**
   * Largest strip to decode, in pixels, padding included. Only the strips of the decoded layer, of at most 256 rows, decide
   * how much memory decoding takes. @default any size that the format allows
   */
  readonly maxStripPixels?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** @default the fastest kernels of the runtime */
  readonly kernels?: CodecKernels | undefined
}

/** A file opened for decoding up to one layer. */
interface OpenFile {
  readonly header: StrataHeader
  readonly layer: LayerInfo
  readonly table: DecoderTable
}

/**
 * Reads the header and chooses the layer to decode.
 * @throws StrataError FORMAT_* for a damaged file, CODING_UNKNOWN for one whose layers are pictures, FORMAT_TRUNCATED when the layer is incomplete, MODEL_UNKNOWN when the
 * runtime has another model set, PARAM_INVALID when the file has no such layer, INPUT_TOO_LARGE when its strips have more
 * pixels than `maxStripPixels`
 */
export async function openFile(bytes: Uint8Array, options: DecodeOptions): Promise<OpenFile> {
  const header = readHeader(bytes)
  const { modelSet } = options.runtime.manifest
  if (holdsPictures(header)) {
    throw new StrataError(
      'CODING_UNKNOWN',
      `layers: expected coding compass, got ${header.layers[0]?.coding}`,
    )
  }
  if (header.modelSet !== modelSet) {
    throw new StrataError(
      'MODEL_UNKNOWN',
      `the file needs model set ${header.modelSet}, this decoder holds ${modelSet}`,
    )
  }
  const whole = wholeLayers(header, bytes.length)
  if (whole === 0) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `expected at least the ${header.layers[0]?.end} bytes of layer 0, got ${bytes.length}`,
    )
  }
  const index = options.layer ?? whole - 1
  const layer = header.layers[index]
  if (!layer) {
    throw new StrataError('PARAM_INVALID', `layer: expected 0..${header.layers.length - 1}, got ${index}`)
  }
  if (index >= whole) {
    throw new StrataError('FORMAT_TRUNCATED', `layer ${index} needs ${layer.end} bytes, got ${bytes.length}`)
  }
  const table = await loadDecoderTable(options.runtime)
  checkStripSize(layer, table, options.maxStripPixels)
  return { header, layer, table }
}

/** Checks one layer only, because the layers below are never wider or higher. */
function checkStripSize(layer: LayerInfo, table: DecoderTable, limit = Number.POSITIVE_INFINITY): void {
  const { hyperRows, hyperColumns } = stripGeometry(layerGeometry(layer, table), 0, table)
  const unit = table.patch * table.sideStride
  if (hyperRows * hyperColumns * unit * unit > limit) {
    const expected = `strips of at most ${limit} pixels`
    const actual = `${hyperColumns * unit}x${hyperRows * unit}`
    throw new StrataError('INPUT_TOO_LARGE', `layer ${layer.index}: expected ${expected}, got ${actual}`)
  }
}

/** A decoded layer from which the layers above can be decoded. */
export interface DecodedLayer {
  readonly info: LayerInfo
  readonly latents: LatentSource
  readonly picture: LayerPicture
}

/**
 * Opens the latents of the layers up to `file.layer`, from the base or from the layer above `decoded`. `readers` lists who
 * reads the latents of a layer besides the layer above.
 */
export async function openLatents(
  bytes: Uint8Array,
  file: OpenFile,
  options: DecodeOptions,
  readers: readonly LatentReader[],
  {
    tap,
    decoded,
  }: { readonly tap?: (layer: number) => SymbolTap; readonly decoded?: DecodedLayer | undefined } = {},
): Promise<LatentSource[]> {
  const kernels = options.kernels ?? kernelsOf(options.runtime)
  const sources: LatentSource[] = []
  let below: LayerBelow | undefined = decoded
  for (const info of file.header.layers.slice(firstAbove(decoded), file.layer.index + 1)) {
    const geometry = layerGeometry(info, file.table)
    const model = await EntropyModel.load(options.runtime, file.table, info, geometry, below, kernels)
    const strips = readStrips(bytes, info)
    const read = info.index < file.layer.index ? [...readers, 'context' as const] : readers
    const latents = new StripCache(geometry, read, (index) => {
      throwIfAborted(options.signal)
      const strip = stripGeometry(geometry, index, file.table)
      return decodeStrip(kernels.coder, model, strips, strip, tap?.(info.index))
    })
    sources.push(latents)
    below = { info, latents }
  }
  return sources
}

/** Opens the pictures of the same layers, each predicted from the one below. Rows are made on demand. */
export async function openPictures(
  file: OpenFile,
  options: DecodeOptions,
  latents: readonly LatentSource[],
  decoded?: DecodedLayer,
): Promise<LayerPicture[]> {
  const kernels = options.kernels ?? kernelsOf(options.runtime)
  const pictures: LayerPicture[] = []
  for (const [k, source] of latents.entries()) {
    const info = file.header.layers[firstAbove(decoded) + k] as LayerInfo
    const below = pictures[k - 1] ?? decoded?.picture
    const predictor =
      below && (await Predictor.create(options.runtime, below, info.width, info.height, kernels.liff))
    const { runtime } = options
    pictures.push(await LayerPicture.create(runtime, file.table, info.quality, source, predictor, kernels))
  }
  return pictures
}

function firstAbove(decoded: DecodedLayer | undefined): number {
  return decoded ? decoded.info.index + 1 : 0
}
