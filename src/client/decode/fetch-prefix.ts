import { readAtMost } from '../../core/body.ts'
import { concat } from '../../core/bytes.ts'
import { readErrorBody } from '../../core/error-body.ts'
import { isErrorCode, StrataError } from '../../core/errors.ts'
import { MAX_FILE_BYTES } from '../../core/limits/table.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import { nativeAddress } from '../address/address.ts'
import type { Transfer } from '../messages.ts'
import { fileOf } from './etag.ts'
import { LimitError } from './limits.ts'
import type { Prefix } from './prefix-store.ts'

export interface Fetched {
  readonly prefix: Prefix
  readonly transfer: Transfer
}

/**
 * Fetches the layers up to the one that a width selects. If lower layers are stored, only the bytes after them are
 * fetched: `Range` starts at their end, and `If-Range` has their ETag (RFC 9110 §13.1.5), so that an image which was
 * replaced since is sent as a whole.
 * @param width in device pixels
 * @throws StrataError with the code that the edge answered; LimitError; INPUT_UNSUPPORTED or FORMAT_* for an answer that is
 * no .strata file; TypeError without a network
 */
export async function fetchPrefix(
  image: string,
  width: number,
  held: Prefix | undefined,
  signal: AbortSignal,
): Promise<Fetched> {
  const range = held && `bytes=${held.bytes.length}-`
  const headers: HeadersInit = held && range ? { Range: range, 'If-Range': held.etag } : {}
  // PrefixStore keeps the bytes: a second copy in the HTTP cache would be useless.
  const response = await fetch(nativeAddress(image, width), { headers, signal, cache: 'no-store' })
  const body = await readBody(response, image, MAX_FILE_BYTES - (held?.bytes.length ?? 0))
  const isPart = response.status === 206 && held !== undefined
  if (isPart) checkPart(response, held)
  const bytes = isPart ? concat([held.bytes, body]) : body
  const transfer = { fetched: body.length, reused: isPart ? held.bytes.length : 0, range }
  return { prefix: prefixOf(bytes, response), transfer }
}

/**
 * Checks whether the stored bytes are those of the edge's current file.
 * @returns undefined if they are, else the layers of the new file
 * @throws as `fetchPrefix`
 */
export async function revalidate(
  image: string,
  width: number,
  { etag }: Prefix,
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  const headers = { 'If-None-Match': etag }
  const response = await fetch(nativeAddress(image, width), { headers, signal, cache: 'no-store' })
  if (response.status === 304) return undefined
  const bytes = await readBody(response, image)
  const transfer = { fetched: bytes.length, reused: 0, range: undefined }
  return { prefix: prefixOf(bytes, response), transfer }
}

/**
 * Checks by a HEAD request whether the stored bytes are still those of the edge's file.
 * @returns the prefix with the new `Cache-Control`; `gone` if the image was replaced or deleted; undefined if the
 *   response shows neither
 * @throws StrataError as `etagOf`; TypeError without a network
 */
export async function confirm(
  image: string,
  width: number,
  prefix: Prefix,
  signal: AbortSignal,
): Promise<Prefix | 'gone' | undefined> {
  const headers = { 'If-None-Match': prefix.etag }
  const init: RequestInit = { method: 'HEAD', headers, signal, cache: 'no-store' }
  const response = await fetch(nativeAddress(image, width), init)
  const isSame = response.status === 304 || (response.ok && fileOf(etagOf(response)) === fileOf(prefix.etag))
  if (isSame) return { ...prefix, ...freshnessOf(response) }
  return response.ok || response.status === 404 || response.status === 410 ? 'gone' : undefined
}

/** Counts the bytes as they arrive: a declared length may be that of the compressed body, missing or false. */
async function readBody(
  response: Response,
  image: string,
  limit = MAX_FILE_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.status !== 200 && response.status !== 206) throw await refusal(response, image)
  const type = response.headers.get('Content-Type')
  if (type !== STRATA_TYPE) {
    // It may have no end.
    void response.body?.cancel()
    throw new StrataError('INPUT_UNSUPPORTED', `${image}: expected ${STRATA_TYPE}, got ${type}`)
  }
  const body = await readAtMost(response.body, limit)
  if (!body) throw new LimitError('bytes', `${image}: expected at most ${limit} bytes, got more`)
  return body as Uint8Array<ArrayBuffer>
}

async function refusal(response: Response, image: string): Promise<StrataError> {
  if (response.status === 202) return new StrataError('NOT_FOUND', `${image} is not encoded yet`)
  const { code, message = `HTTP ${response.status}` } = await readErrorBody(response)
  return new StrataError(isErrorCode(code) ? code : 'NOT_FOUND', `${image}: ${message}`)
}

/** @throws StrataError FORMAT_INVALID when the response does not continue the stored bytes */
function checkPart(response: Response, held: Prefix): void {
  const range = response.headers.get('Content-Range')
  if (!range?.startsWith(`bytes ${held.bytes.length}-`)) {
    throw new StrataError('FORMAT_INVALID', `Content-Range: expected ${held.bytes.length}-, got ${range}`)
  }
  if (fileOf(etagOf(response)) !== fileOf(held.etag)) {
    throw new StrataError('FORMAT_INVALID', 'the part belongs to another file than the stored bytes')
  }
}

/** @throws StrataError FORMAT_*, and ORIGIN_FAILED as `etagOf` */
function prefixOf(bytes: Uint8Array<ArrayBuffer>, response: Response): Prefix {
  return { bytes: wholePart(bytes), etag: etagOf(response), ...freshnessOf(response) }
}

function freshnessOf({ headers }: Response): Pick<Prefix, 'cacheControl' | 'confirmed'> {
  const age = Number(headers.get('Age')) || 0
  return { cacheControl: headers.get('Cache-Control') ?? '', confirmed: Date.now() - 1000 * age }
}

/** @throws StrataError ORIGIN_FAILED without an ETag: a proxy removed it, or CORS does not expose it */
function etagOf(response: Response): string {
  const etag = response.headers.get('ETag')
  if (!etag) throw new StrataError('ORIGIN_FAILED', 'the answer has no ETag that this page may read')
  return etag
}

/** Cuts off a layer at the end that is incomplete. @throws StrataError FORMAT_* */
function wholePart(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = readHeader(bytes)
  const layer = header.layers[wholeLayers(header, bytes.length) - 1]
  if (!layer) throw new StrataError('FORMAT_TRUNCATED', `no whole layer in ${bytes.length} bytes`)
  return bytes.subarray(0, layer.end)
}
