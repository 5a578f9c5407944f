import type { ImageState } from './state.ts'

/*
 * Keys in the bucket. Ids hold no slash, so no id can reach into another's objects.
 *
 *   state/ID                    the record (state.ts): which upload counts and how far it is
 *   original/ID/TOKEN           the bytes that were uploaded
 *   strata/ID/TOKEN-ATTEMPT     the .strata file that one attempt to encode gave
 *   jpeg/ID/HASH/DECISION       a JPEG made of the file with this hash (variants/variant-store.ts)
 *   sweep/position              where the next sweep (ingest/sweep.ts) goes on
 */
export const STATES = 'state/'
export const SWEEP_POSITION = 'sweep/position'
/** Folders whose objects count only while a record names them: by their key, or by the hash in it. */
export const OBJECT_FOLDERS = ['original', 'strata', 'jpeg'] as const

export type ObjectFolder = (typeof OBJECT_FOLDERS)[number]

export function stateKey(id: string): string {
  return STATES + id
}

export function originalKey(id: string, token: string): string {
  return `original/${id}/${token}`
}

export function fileKey(id: string, token: string, attempt: number): string {
  return `strata/${id}/${token}-${attempt}`
}

/** All JPEGs of an image. */
export function jpegFolder(id: string): string {
  return `jpeg/${id}/`
}

/** @param decision see transcoder/wire.ts; empty for the folder of all JPEGs of the file */
export function jpegKey(id: string, hash: string, decision = ''): string {
  return `${jpegFolder(id)}${hash}/${decision}`
}

/** The id in the key of an object. */
export function idOf(key: string): string {
  return key.split('/')[1] ?? ''
}

/** `jpeg/ID/HASH/DECISION` -> `jpeg/ID/HASH/` */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/** Keys of the objects that a record names. */
export function objectsOf(state: ImageState): string[] {
  const keys = [state.original, state.status === 'ready' ? state.file : undefined]
  return keys.filter((key) => key !== undefined)
}
