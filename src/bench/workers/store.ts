import { createHash } from 'node:crypto'
import { StrataError } from '../../core/errors.ts'
import { readHeader } from '../../format/reader.ts'
import type { LoadWorkers } from './workers.ts'

/**
 * Stores a file in the bucket as the edge does after an upload.
 * @param original the original, to be kept beside it. @default none
 * @returns the hash of its version
 */
export async function storeImage(
  workers: LoadWorkers,
  id: string,
  file: Uint8Array,
  original?: Uint8Array,
): Promise<string> {
  return await storeFile(workers, id, file, readHeader(file).modelSet, original)
}

/** Stores any bytes as the file of an image. @param modelSet the model set in its record */
export async function storeFile(
  workers: LoadWorkers,
  id: string,
  file: Uint8Array,
  modelSet: string,
  original?: Uint8Array,
): Promise<string> {
  const key = `strata/${id}/t-1`
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  const hash = sha256(file).slice(0, 32)
  const kept = original && { original: `original/${id}/t`, sha256: sha256(original) }
  const upload = {
    token: 't',
    uploaded: new Date(0).toISOString(),
    sha256: '0'.repeat(64),
    params: {},
    ...kept,
  }
  const state = { ...upload, status: 'ready', file: key, hash, bytes: file.length, modelSet }
  await storeObject(workers, key, file)
  if (original && kept) await storeObject(workers, kept.original, original)
  await storeObject(workers, `state/${id}`, new TextEncoder().encode(JSON.stringify(state)))
  return hash
}

/** @throws StrataError INTERNAL when the Worker refuses it */
export async function storeObject({ bare }: LoadWorkers, key: string, bytes: Uint8Array): Promise<void> {
  const url = `${bare}/${encodeURIComponent(key)}`
  const response = await fetch(url, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> })
  if (!response.ok)
    throw new StrataError('INTERNAL', `the bare Worker answered ${response.status} to PUT ${key}`)
}
