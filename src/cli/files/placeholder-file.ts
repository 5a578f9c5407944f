import { decodePlaceholder } from '../../codec/placeholder/decode.ts'
import { encodePlaceholder } from '../../codec/placeholder/encode.ts'
import { loadPlaceholder } from '../../codec/placeholder/model.ts'
import type { RgbImage } from '../../core/image.ts'
import { isStrata } from '../../format/reader.ts'
import { createRuntime } from '../../node/compose.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readPicture } from '../../node/ingest/ingest.ts'

/**
 * Makes the placeholder code of a picture or of a .strata file, whose base layer suffices.
 * @throws StrataError INPUT_*, FORMAT_*, MODEL_INVALID; PARAM_INVALID for more steps than the model has
 */
export async function makePlaceholder(
  input: Uint8Array,
  steps: number | undefined,
  codec: () => Promise<Pick<FileCodec, 'decode'>>,
): Promise<Uint8Array> {
  const model = await loadPlaceholder(await createRuntime('wasm'))
  const picture = isStrata(input)
    ? await (await codec()).decode(input, { layer: 0, runtime: 'wasm' })
    : await readPicture(input)
  return encodePlaceholder(model, picture, steps)
}

/** Decodes a placeholder code. @throws StrataError PARAM_INVALID when it is not 16 bytes per step, MODEL_INVALID */
export async function readPlaceholder(code: Uint8Array): Promise<RgbImage> {
  return decodePlaceholder(await loadPlaceholder(await createRuntime('wasm')), code)
}
