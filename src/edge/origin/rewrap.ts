import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { MAX_PICTURE_BYTES } from '../../core/limits/table.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import { type Origin, postToOrigin, type SentOriginal } from './origin.ts'
import { isFileOf } from './sniff.ts'

/** Milliseconds: a page waits, and a picture is there already. */
const REWRAP_MS = 5000

/**
 * Has the origin take the metadata out of an original, whose pixels stay as they are coded.
 * @returns a file of the original's format
 * @throws as postToOrigin: where that cannot be done, too; ORIGIN_FAILED for what is no such file
 */
export async function rewrapAtOrigin(
  origin: Origin,
  original: SentOriginal,
  format: PictureFormat,
): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(REWRAP_MS)
  const query = { f: 'original', wait: '1' }
  return await postToOrigin(origin, 'render', query, original, signal, async (response) => {
    const bytes = await readAtMost(response.body, MAX_PICTURE_BYTES)
    if (bytes !== undefined && isFileOf(format, bytes)) return bytes
    throw new StrataError(
      'ORIGIN_FAILED',
      `origin: expected a ${format} file of at most ${MAX_PICTURE_BYTES} bytes`,
    )
  })
}
