import { type ImageState, servedState } from './state.ts'

/*
 * Keys in the bucket. Ids hold no slash, so no id can reach into another's objects.
 *
 *   state/ID                    the record (state.ts): which upload counts and how far it is
 *   original/ID/TOKEN           the bytes that were uploaded
 *   strata/ID/TOKEN-ATTEMPT     the .strata file that one attempt to encode gave
 *   picture/ID/HASH/DECISION    a picture made of the file with this hash (variants/variant-store.ts)
 *   sweep/position              where the next sweep (ingest/sweep.ts) goes on
 */
export const STATES = 'state/'
export const SWEEP_POSITION = 'sweep/position'
/** Folders whose objects count only while a record names them: by their key, or by the hash in it. */
export const OBJECT_FOLDERS = ['original', 'strata', 'picture'] as const

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

/** All pictures made of an image. */
export function pictureFolder(id: string): string {
  return `picture/${id}/`
}

/** @param decision see transcoder/wire.ts; empty for the folder of all pictures of the file */
export function pictureKey(id: string, hash: string, decision = ''): string {
  return `${pictureFolder(id)}${hash}/${decision}`
}

/** The id in the key of an object. */
export function idOf(key: string): string {
  return key.split('/')[1] ?? ''
}

/** `picture/ID/HASH/DECISION` -> `picture/ID/HASH/` */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/** Keys of the objects that a record names. */
export function objectsOf(state: ImageState): string[] {
  const served = servedState(state)
  const keys = new Set([state.original, served?.file, served?.original])
  return [...keys].filter((key) => key !== undefined)
}
