import { decodeLayer } from '../codec/compass/decoder/decode.ts'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { readPictureLayer } from '../format/layers.ts'
import { layerAt } from '../format/ranges.ts'
import { readHeader } from '../format/reader.ts'
import type { DecodedPicture } from './ingest/ingest.ts'
import { WHITE } from './ingest/matte.ts'
import { decodeFile, flattened } from './pixels.ts'
import { createRuntime } from './runtimes.ts'

/**
 * Decodes a layer of either kind of file that lies wholly inside `bytes`: of COMPASS by this runtime, of another coding by
 * sharp. Of an animation the first frame is decoded.
 * @returns 8-bit sRGB; what is transparent lies on white
 * @throws StrataError PARAM_INVALID, FORMAT_*, ENTROPY_CORRUPT, MODEL_UNKNOWN, INPUT_CORRUPT
 */
export async function decodeAnyLayer(
  bytes: Uint8Array,
  layer: number,
  runtime: 'node' | 'wasm',
): Promise<RgbImage> {
  const picture = await decodePictureLayer(bytes, layer)
  if (picture) return flattened(picture, WHITE)
  return await decodeLayer(bytes, { runtime: await createRuntime(runtime), layer })
}

/**
 * Decodes a layer that is a picture, with its alpha; undefined for a layer of COMPASS.
 * @throws StrataError PARAM_INVALID, FORMAT_*; INPUT_CORRUPT where the picture does not decode or has another size
 */
export async function decodePictureLayer(
  bytes: Uint8Array,
  layer: number,
): Promise<DecodedPicture | undefined> {
  const info = layerAt(readHeader(bytes), layer)
  if (info.coding === 'compass') return undefined
  const file = readPictureLayer(bytes, info)
  const decoded = await decodeFile(file).catch((cause) => {
    throw new StrataError('INPUT_CORRUPT', `layer ${layer}: the picture cannot be decoded`, { cause })
  })
  if (decoded.width === info.width && decoded.height === info.height) return decoded
  const [expected, got] = [info, decoded].map(({ width, height }) => `${width} × ${height}`)
  throw new StrataError('INPUT_CORRUPT', `layer ${layer}: expected ${expected}, got ${got}`)
}
