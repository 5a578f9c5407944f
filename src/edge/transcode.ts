import { concat } from '../core/bytes.ts'
import { invalidParam, StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { release } from '../core/release.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import type { JpegKernel } from '../pixels/jpeg/types.ts'
import { createJpegWriter } from '../pixels/jpeg/writer.ts'
import type { TranscodeRequest } from './transcoder.ts'

/** Decodes one layer of a file, or of a prefix that holds it, into strips from top to bottom. They are the caller's. */
export type DecodeRows = (
  bytes: Uint8Array,
  options: { readonly layer: number; readonly signal?: AbortSignal },
) => AsyncIterable<RgbImage>

/** What a transcode is made of. */
export interface TranscodeParts {
  readonly decodeRows: DecodeRows
  /** Does the arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel
}

/**
 * One layer of a file as a baseline JPEG. Strips go straight into the writer, so of the pixels only one strip is in
 * memory; the JPEG is collected, so that a fault in the last strip still is an error and not half a picture.
 * @param prefix file bytes, at least [0, end[layer])
 * @throws StrataError PARAM_INVALID, FORMAT_*, ENTROPY_CORRUPT, MODEL_UNKNOWN, ABORTED
 */
export async function transcodeLayer(
  prefix: Uint8Array,
  request: TranscodeRequest,
  { decodeRows, kernel }: TranscodeParts,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { layer, width, height, quality } = request
  if (request.ht !== 1) throw invalidParam('ht', '1', request.ht)
  const header = readHeader(prefix)
  if (layer >= wholeLayers(header, prefix.length)) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `layer ${layer} is not wholly in the ${prefix.length} bytes sent`,
    )
  }
  const size = header.layers[layer]
  if (size?.width !== width || size.height !== height) {
    throw invalidParam(
      'w and h',
      `the size of layer ${layer}, ${size?.width}x${size?.height}`,
      `${width}x${height}`,
    )
  }
  const writer = createJpegWriter({ width, height, quality, subsampling: '420', kernel })
  const parts: Uint8Array[] = []
  for await (const strip of decodeRows(prefix, { layer, signal })) {
    if (signal?.aborted) throw new StrataError('ABORTED', 'the request was cancelled')
    const ready = writer.write(strip.data)
    if (ready !== undefined) parts.push(ready)
    release(strip.data)
  }
  parts.push(writer.finish())
  return concat(parts)
}
