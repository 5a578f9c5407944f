import type { RgbImage } from '../../core/image.ts'
import { chooseLayer } from '../../format/choose-layer.ts'
import { isStrata } from '../../format/reader.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readPicture } from '../../node/ingest/ingest.ts'

/**
 * Decodes a picture as the origin does; of a .strata file the smallest whole layer at least `width` wide, else the widest.
 * @throws StrataError as reading and decoding
 */
export async function readAnyPicture(
  bytes: Uint8Array,
  loadCodec: () => Promise<Pick<FileCodec, 'decode'>>,
  width?: number,
): Promise<RgbImage> {
  if (!isStrata(bytes)) return await readPicture(bytes)
  const { index } = chooseLayer(bytes, { width })
  return await (await loadCodec()).decode(bytes, { layer: index, runtime: 'wasm' })
}
