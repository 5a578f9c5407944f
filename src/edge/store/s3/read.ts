import { concat } from '../../../core/bytes.ts'
import type { ObjectInfo, StoredObject } from '../object-store.ts'
import { failure, type S3Answer, type S3Call } from './client.ts'
import { readMetadata } from './headers.ts'
import { Patience } from './patience.ts'

/** What S3 says of an object that is not there. A missing bucket, or a server that speaks no S3, is something else. */
const MISSING: readonly string[] = ['NoSuchKey', 'NotFound']

export function isMissing({ status, code }: S3Answer): boolean {
  return status === 404 && MISSING.includes(code)
}

/** @param timeoutMs between two parts of the body */
export function storedObject(call: S3Call, answer: S3Answer, timeoutMs: number): StoredObject {
  return {
    ...infoOf(call, answer.headers),
    // Only an empty object may come without a body.
    body: answer.body ?? new Blob([]).stream(),
    bytes: () => readWhole(call, answer, timeoutMs),
  }
}

/** @throws StrataError STORAGE_FAILED when the body breaks off, or nothing of it comes for too long */
export async function readWhole(
  call: S3Call,
  { body, headers }: S3Answer,
  timeoutMs: number,
): Promise<Uint8Array> {
  const reader = body?.getReader()
  const parts: Uint8Array[] = []
  const patience = new Patience(timeoutMs)
  try {
    for (;;) {
      const step = reader && (await patience.wait(reader.read()))
      if (step === undefined || step.done) break
      parts.push(step.value)
    }
  } catch (cause) {
    reader?.cancel(cause).catch(() => undefined)
    throw failure(call, 'the whole body', `only its first ${sum(parts)} bytes`, { cause })
  }
  const declared = headers.get('Content-Length')
  if (declared !== null && Number(declared) !== sum(parts))
    throw failure(call, `${declared} bytes as declared`, String(sum(parts)))
  return concat(parts)
}

function sum(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0)
}

/** @throws StrataError STORAGE_FAILED where a header is missing that every S3 server sends */
export function infoOf(call: S3Call, headers: Headers): ObjectInfo {
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1]
  const size = total ?? headers.get('Content-Length')
  const [etag, modified] = [headers.get('ETag'), headers.get('Last-Modified')]
  if (size === null) throw failure(call, 'the header Content-Length', 'none')
  if (etag === null) throw failure(call, 'the header ETag', 'none')
  if (modified === null) throw failure(call, 'the header Last-Modified', 'none')
  return {
    key: call.key ?? '',
    size: Number(size),
    uploaded: Date.parse(modified),
    metadata: readMetadata(headers),
    etag,
    contentType: headers.get('Content-Type') ?? 'application/octet-stream',
  }
}
