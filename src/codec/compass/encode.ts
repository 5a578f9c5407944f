import { hex } from '../../core/bytes.ts'
import type { RgbImage } from '../../core/image.ts'
import { checkLadder, layerHeight, type Rung } from '../../format/ladder.ts'
import { STRIP_ROWS } from '../../format/layout.ts'
import type { LayerInfo, LayerPayload } from '../../format/types.ts'
import { writeStrata } from '../../format/writer.ts'
import type { Runtime } from '../../runtime/types.ts'
import { SymbolHashes } from './decode.ts'
import { EntropyModel, type LayerBelow } from './entropy-parameters.ts'
import { layerGeometry, stripGeometry } from './geometry.ts'
import { kernelsOf } from './kernels.ts'
import { LatentEncoder } from './latent-encoder.ts'
import { StripCache } from './latents.ts'
import { LayerPicture } from './layer-picture.ts'
import { Predictor } from './predictor.ts'
import { type DecoderTable, loadDecoderTable } from './tables.ts'
import { verifyFile } from './verify.ts'

export interface EncodeOptions {
  readonly encoder: Runtime
  /** Layers from the base up; see `ladderFor`. */
  readonly ladder: readonly Rung[]
  /** The first 16 bytes of the SHA-256 of the original file. */
  readonly sha256: Uint8Array
  readonly resize: (image: RgbImage, width: number, height: number) => Promise<RgbImage>
  /** Code of the picture's thumbnail for the header. */
  readonly placeholder?: Uint8Array
  /** Decodes the file with this runtime before it is given out. */
  readonly verify?: Runtime
  readonly signal?: AbortSignal
}

interface EncodedLayer {
  readonly payload: LayerPayload
  readonly below: LayerBelow
  readonly picture: LayerPicture
}

/**
 * Encodes a picture into one .strata file, layer by layer from the base up, each layer predicted from what the decoder
 * will have of the one below (COMPASS, eq. (1)-(4)).
 *
 * @throws StrataError PARAM_INVALID for an impossible ladder, VERIFY_FAILED when the check by `verify` fails
 */
export async function encodePicture(image: RgbImage, options: EncodeOptions): Promise<Uint8Array> {
  const { encoder, ladder, signal } = options
  checkLadder(ladder, image.width)
  const table = await loadDecoderTable(encoder)
  const hashes = new SymbolHashes()
  const layers: EncodedLayer[] = []
  for (const [index, rung] of ladder.entries()) {
    signal?.throwIfAborted()
    const top = index === ladder.length - 1
    const layer = await encodeLayer(image, rung, index, table, layers.at(-1), options, hashes, top)
    layers.push(layer)
  }
  const file = writeStrata({
    source: { width: image.width, height: image.height, sha256: hex(options.sha256) },
    modelSet: encoder.manifest.modelSet,
    layers: layers.map((layer) => layer.payload),
    ...(options.placeholder ? { placeholder: options.placeholder } : {}),
  })
  const picture = layers.at(-1)?.picture
  if (options.verify && picture) {
    await verifyFile(file, {
      runtime: options.verify,
      symbols: await hashes.layers(),
      picture,
      ...(signal ? { signal } : {}),
    })
  }
  return file
}

async function encodeLayer(
  image: RgbImage,
  rung: Rung,
  index: number,
  table: DecoderTable,
  under: EncodedLayer | undefined,
  options: EncodeOptions,
  hashes: SymbolHashes,
  top: boolean,
): Promise<EncodedLayer> {
  const { encoder, signal } = options
  const [width, height] = [rung.width, layerHeight(rung.width, image.width, image.height)]
  const info: LayerInfo = { index, width, height, quality: rung.quality, flags: 0, start: 0, end: 0 }
  const geometry = layerGeometry(info, table)
  const source =
    width === image.width && height === image.height ? image : await options.resize(image, width, height)
  const model = await EntropyModel.load(encoder, table, info, geometry, under?.below)
  const predictor =
    under && (await Predictor.create(encoder, under.picture, width, height, kernelsOf(encoder).liff))
  const writer = await LatentEncoder.create(
    encoder,
    table,
    rung.quality,
    source,
    model,
    predictor,
    hashes.tap(index),
  )
  const latents = new StripCache(geometry, top ? ['pixels'] : ['pixels', 'context'], (strip) => {
    signal?.throwIfAborted()
    return writer.strip(stripGeometry(geometry, strip, table))
  })
  const picture = await LayerPicture.create(encoder, table, rung.quality, latents, predictor)
  // The layer above needs every row of this one, but not at once: the whole picture stays in its window.
  const wanted = top && !options.verify ? 0 : geometry.strips
  for (let strip = 0; strip < geometry.strips; strip++) {
    await latents.strip(strip)
    if (strip < wanted) await picture.ensure((strip + 1) * STRIP_ROWS)
    else predictor?.rows.discard((strip + 1) * STRIP_ROWS - 2 * table.patch)
  }
  const payload = { width, height, quality: rung.quality, strips: writer.strips }
  return { payload, below: { info, latents }, picture }
}
