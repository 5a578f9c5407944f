import { StrataError } from '../../core/errors.ts'
import { transcodable, transcodeLimit } from '../../format/choose-layer.ts'
import { holdsPictures } from '../../format/coding.ts'
import { readCheckedPicture } from '../../format/pictures/check.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import { fileHash } from '../../format/version.ts'
import { type EncodedPicture, encodeAtOrigin } from '../origin/encode.ts'
import type { Origin } from '../origin/origin.ts'
import { objectsOf } from '../store/keys.ts'
import type { OpenState, ReadyState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { claimUpload, holdLease } from './claim.ts'
import { type EncodeJob, type IngestServices, type Outcome, SETTLED } from './encode-job.ts'
import { discard, endFailedAttempt, settle } from './settlement.ts'

/**
 * One attempt at an upload: sends the original to the origin, checks and stores the file that comes back, writes the
 * record last. An upload that was replaced or deleted meanwhile leaves no trace: its objects have keys of their own
 * and are removed.
 * @param claim names the worker of the attempt; a message that is delivered again has the same
 * @throws StrataError STORAGE_FAILED when not even the record can be read or written
 */
export async function attemptEncode(
  job: EncodeJob,
  claim: string,
  services: IngestServices,
): Promise<Outcome> {
  const claimed = await claimUpload(job, claim, services)
  if ('kind' in claimed) return claimed
  const { store, keepOriginal, origin } = services
  const { id } = job
  let file: string | undefined
  try {
    const { bytes, placeholder, focus, frames } = await holdLease(id, claimed, services, (signal) =>
      requestEncoding(claimed, store, origin, signal),
    )
    const { hash, modelSet, layers } = await checkFile(bytes, claimed)
    if (!keepOriginal) checkServable(layers)
    if (!(await stillWanted(job, store))) return SETTLED
    file = await store.putFile(id, claimed, bytes, { hash, modelSet })
    const { token, uploaded, params, original, sha256, from } = claimed
    const ready: ReadyState = {
      status: 'ready',
      token,
      uploaded,
      sha256,
      params,
      ...(from && { from }),
      claim,
      ...(keepOriginal && { original }),
      file,
      hash,
      bytes: bytes.length,
      modelSet,
      ...(placeholder !== undefined && { placeholder }),
      ...(focus && { focus }),
      ...(frames !== undefined && { frames }),
    }
    if (await settle(id, ready, services)) {
      const kept = objectsOf(ready)
      const gone = objectsOf(claimed).filter((key) => !kept.includes(key))
      // What is not removed now is removed by the sweep.
      await store.remove(gone).catch(() => undefined)
      await services.dropStale(id).catch(() => undefined)
    } else await discard(id, file, store)
    return SETTLED
  } catch (error) {
    return await endFailedAttempt(job, claimed, file, error, services)
  }
}

async function requestEncoding(
  claimed: OpenState,
  store: ImageStore,
  origin: Origin,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  const original = await store.get(claimed.original)
  if (original === undefined) throw new StrataError('NOT_FOUND', 'the original is missing')
  const { sha256, params, token, attempt } = claimed
  const { body, contentType } = original
  const picture = { body, contentType, sha256, requestId: `${token}-${attempt}` }
  return await encodeAtOrigin(origin, picture, { ...params }, signal)
}

/** Only the whole encoding of this very original is ever stored. @throws StrataError ORIGIN_FAILED */
async function checkFile(
  bytes: Uint8Array,
  claimed: OpenState,
): Promise<{ readonly hash: string; readonly modelSet: string; readonly layers: readonly LayerInfo[] }> {
  try {
    const header = readHeader(bytes)
    const { totalLength, layers, modelSet, source } = header
    if (totalLength !== bytes.length || wholeLayers(header, bytes.length) !== layers.length)
      throw new StrataError(
        'FORMAT_TRUNCATED',
        `expected ${totalLength} bytes as declared, got ${bytes.length}`,
      )
    if (!claimed.sha256.startsWith(source.sha256))
      throw new StrataError('FORMAT_INVALID', 'it was made from another picture')
    if (holdsPictures(header)) for (const layer of layers) readCheckedPicture(bytes, layer)
    return { hash: await fileHash(bytes), modelSet, layers }
  } catch (cause) {
    const reason = cause instanceof StrataError ? cause.message : 'unreadable'
    throw new StrataError('ORIGIN_FAILED', `the origin sent no valid file: ${reason}`, { cause })
  }
}

/**
 * Where the original is not kept, every picture is made of a layer, so the transcoder must take one.
 * @throws StrataError INPUT_TOO_LARGE
 */
function checkServable(layers: readonly LayerInfo[]): void {
  if (transcodable(layers).length > 0) return
  const expected = transcodeLimit(layers, 0)
  const { width, height, end } = layers[0] as LayerInfo
  const message = `file: expected a base layer of ${expected}, got ${width}x${height} and ${end} bytes; name smaller widths`
  throw new StrataError('INPUT_TOO_LARGE', message)
}

async function stillWanted({ id, token }: EncodeJob, store: ImageStore): Promise<boolean> {
  return (await store.readState(id))?.state.token === token
}
