import { readHeader, wholeLayers } from '../../format/reader.ts'
import type { History, Write } from './history.ts'
import { sha256 } from './pictures.ts'

/**
 * Violations of the invariants. `stuck`: an upload that neither became ready nor failed. `lost`: an accepted upload
 * that is missing. `returned`: a deleted image that is served. `mixed`: bytes of another picture, or of two. `half`:
 * an incomplete file. `orphan`: an object that no record names. `duplicated`: two files of one upload.
 * `crash`: a program that ended by itself, or an answer that shows a defect.
 */
export const VIOLATIONS = [
  ...(['stuck', 'lost', 'returned', 'mixed', 'half', 'orphan', 'duplicated', 'crash'] as const),
]

export interface Violation {
  readonly kind: (typeof VIOLATIONS)[number]
  readonly what: string
}

/** An answer to a reader. */
export interface Seen {
  readonly id: string
  readonly url: string
  readonly status: number
  /** Of an error. */
  readonly code?: string
  /** The version to which the bytes belong; undefined if none that was sent for this id. */
  readonly version?: number | undefined
  /** Whether it is a 404 for an image that was accepted and not deleted since. */
  readonly isMissing?: boolean
  /** For an unknown version: its distance from each version that was sent. */
  readonly detail?: string
  /** Set when the bytes are part of a file. */
  readonly broken?: string
  /** ETag and hash of the bytes, if the ETag must always stand for the same bytes. */
  readonly same?: { readonly etag: string; readonly sha256: string }
}

/** What an image is at last. */
export interface FinalImage {
  readonly history: History
  readonly state: 'none' | 'queued' | 'encoding' | 'ready' | 'failed'
  /** State of an upload that was to replace the served image. */
  readonly replacing?: 'queued' | 'encoding' | 'failed'
  /** Of the upload that failed. */
  readonly code?: string
  /** Version of the served file, and of a picture of it by its pixels; undefined if none that was sent. */
  readonly served?: { readonly file: number | undefined; readonly pixels: number | undefined }
}

/** Everything that is known when all requests and jobs have ended. */
export interface Evidence {
  readonly seen: readonly Seen[]
  readonly images: readonly FinalImage[]
  /** The bucket after the sweep, by key. */
  readonly objects: ReadonlyMap<string, Uint8Array>
  /** Programs that ended by themselves, with the reason. */
  readonly crashes: readonly string[]
}

/** Checks the invariants, which must hold whatever was killed and whatever failed. */
export function findViolations({ seen, images, objects, crashes }: Evidence): Violation[] {
  return [
    ...crashes.map((what): Violation => ({ kind: 'crash', what })),
    ...seen.flatMap(checkSeen),
    ...checkTags(seen),
    ...images.flatMap(checkImage),
    ...checkObjects(objects),
  ]
}

function checkSeen({ url, status, code, version, broken, isMissing, detail = '' }: Seen): Violation[] {
  if (isMissing) return [{ kind: 'lost', what: `${url} answered ${status} ${code}, and the image is there` }]
  if (status === 500) return [{ kind: 'crash', what: `${url} answered 500 ${code}` }]
  if (status !== 200) return []
  if (broken !== undefined) return [{ kind: 'half', what: `${url}: ${broken}` }]
  return version === undefined
    ? [{ kind: 'mixed', what: `${url}: no picture that was sent for it ${detail}` }]
    : []
}

function checkTags(seen: readonly Seen[]): Violation[] {
  const bytes = new Map<string, string>()
  return seen.flatMap(({ url, same }): Violation[] => {
    if (same === undefined) return []
    const before = bytes.get(same.etag)
    bytes.set(same.etag, same.sha256)
    if (before === undefined || before === same.sha256) return []
    return [{ kind: 'mixed', what: `${url}: other bytes with the ETag ${same.etag}` }]
  })
}

function checkImage(image: FinalImage): Violation[] {
  const { history, state, replacing, code, served } = image
  const { id } = history
  const open = [state, replacing].find((name) => name === 'queued' || name === 'encoding')
  if (open !== undefined) return [{ kind: 'stuck', what: `${id} is still ${open}` }]
  if (served && served.file !== served.pixels)
    return [{ kind: 'mixed', what: `${id}: file of ${served.file}, pixels of ${served.pixels}` }]
  if (state === 'none' && history.mayBeNothing) return []
  if (history.last.some((write) => isOutcome(write, image))) return []
  const wanted = history.last.map(({ version }) => version ?? 'deleted').join(' or ')
  const failure = state === 'failed' || replacing === 'failed' ? ` (failed: ${code})` : ''
  const what = `${id}: expected ${wanted || 'nothing'}, got ${served?.file ?? state}${failure}`
  const isDeleted = history.last.every(({ version }) => version === undefined)
  return [{ kind: isDeleted ? 'returned' : 'lost', what }]
}

/** Whether the image is in the state that this write leads to. */
function isOutcome({ version }: Write, { history, state, replacing, code, served }: FinalImage): boolean {
  if (version === undefined) return state === 'none'
  const isBroken = history.pictures[version]?.isBroken === true
  if (state === 'failed' || replacing === 'failed') {
    const isBefore = served === undefined || (served.file !== undefined && served.file < version)
    return isBefore && code !== undefined && (isBroken || !code.startsWith('INPUT_'))
  }
  return state === 'ready' && served?.file === version && !isBroken
}

interface StoredRecord {
  readonly status: string
  readonly original?: string
  readonly sha256: string
  readonly file?: string
  readonly hash?: string
  readonly live?: StoredRecord
}

function checkObjects(objects: Evidence['objects']): Violation[] {
  const found: Violation[] = []
  const named = new Set<string>()
  for (const [key, bytes] of objects) {
    if (!key.startsWith('state/')) continue
    const record = JSON.parse(new TextDecoder().decode(bytes)) as StoredRecord
    for (const { original, sha256: hash, file, hash: fileHash } of [
      record,
      ...(record.live ? [record.live] : []),
    ]) {
      const where = `${key.slice('state/'.length)}/${fileHash}/`
      named.add(`picture/${where}`)
      found.push(...checkObject(original, objects, (data) => sha256(data) === hash, named))
      found.push(...checkObject(file, objects, (data) => isWholeFile(data, fileHash), named))
    }
  }
  const folders = ['original', 'strata', 'picture']
  for (const key of objects.keys()) {
    if (!folders.includes(key.split('/')[0] ?? '') || named.has(key)) continue
    if (named.has(key.slice(0, key.lastIndexOf('/') + 1))) continue
    const upload = key.replace(/-\d+$/, '')
    const isSecond =
      key.startsWith('strata/') && [...named].some((name) => name.replace(/-\d+$/, '') === upload)
    found.push({ kind: isSecond ? 'duplicated' : 'orphan', what: key })
  }
  return found
}

function checkObject(
  key: string | undefined,
  objects: Evidence['objects'],
  isWhole: (bytes: Uint8Array) => boolean,
  named: Set<string>,
): Violation[] {
  if (key === undefined) return []
  named.add(key)
  const bytes = objects.get(key)
  if (bytes === undefined) return [{ kind: 'lost', what: `${key} is named by its record and missing` }]
  return isWhole(bytes) ? [] : [{ kind: 'half', what: `${key} holds other bytes than its record says` }]
}

function isWholeFile(bytes: Uint8Array, hash: string | undefined): boolean {
  const header = readHeader(bytes)
  const isComplete = wholeLayers(header, bytes.length) === header.layers.length
  return isComplete && sha256(bytes).startsWith(hash ?? '-')
}
