import { hex } from '../core/bytes.ts'
import { sha256 } from '../core/hash.ts'
import type { RgbImage } from '../core/image.ts'
import { ladderFor } from '../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../format/layout.ts'
import { readHeader } from '../format/reader.ts'
import type { FileCodec } from '../node/file-codec.ts'
import { readInput, writeOutput } from '../node/files.ts'
import { resizeLanczos } from '../node/ingest/ingest.ts'

/**
 * The .strata file at this path, encoded first unless it was made of this original.
 * @param picture the original, decoded
 */
export async function encodedFile(
  path: string,
  original: Uint8Array,
  picture: RgbImage,
  codec: Pick<FileCodec, 'encodeUnverified'>,
): Promise<Uint8Array> {
  const hash = (await sha256(original)).subarray(0, SOURCE_HASH_BYTES)
  const known = await readInput(path).catch(() => undefined)
  if (known !== undefined && readHeader(known).source.sha256 === hex(hash)) return known
  const ladder = ladderFor(picture.width)
  const file = await codec.encodeUnverified(picture, { ladder, sha256: hash, resize: resizeLanczos })
  await writeOutput(path, file)
  return file
}
