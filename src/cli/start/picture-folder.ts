import { createHash } from 'node:crypto'
import { StrataError } from '../../core/errors.ts'
import { isDecodedBy } from '../../format/coding.ts'
import { isDirectory, readInput } from '../../node/files.ts'
import { findPictures } from '../batch/picture-files.ts'
import type { Info, UploadTarget } from '../edge-request.ts'
import { imageIds } from '../image-ids.ts'
import { putImage, reencodeImage, waitFor } from '../upload-file.ts'
import { storedInfo } from './stored-info.ts'

/** The pictures of a folder and its subfolders, and what else lies there. */
export interface PictureFolder {
  /** Ids by path, as `strata upload` chooses them, in the order of the names. */
  readonly ids: ReadonlyMap<string, string>
  /** Paths of the files whose names do not end like those of pictures. */
  readonly ignored: readonly string[]
}

interface UploadOptions {
  /** Installed model set. Pictures of another model set are encoded again. */
  readonly modelSet: string
  /** Shows a line to people. */
  readonly print: (line: string) => void
}

/** Hexadecimal digits of the original's SHA-256 that a stored file keeps. */
const HASH_DIGITS = 32
/** Pictures whose encoding is looked at by turns, so that small ones are not reported after a large one. */
const FOLLOWED = 4
/** More names than these are not read by anybody. */
const NAMED = 5

/** @throws StrataError FILE_FAILED for a folder that is missing or holds no picture; USAGE for two files with the same id */
export async function openPictureFolder(path: string): Promise<PictureFolder> {
  if (!(await isDirectory(path)))
    throw new StrataError('FILE_FAILED', `${path}: expected a folder of pictures, found none`)
  const { pictures, ignored } = await findPictures([path])
  return { ids: imageIds(pictures), ignored }
}

/**
 * Uploads the pictures of a folder that are not stored yet, all of them, so that they can be looked at, and then reports
 * each when it is encoded. A picture that fails is reported and does not stop the others. Never rejects.
 */
export async function uploadFolder(
  { ids, ignored }: PictureFolder,
  target: UploadTarget,
  { modelSet, print }: UploadOptions,
): Promise<void> {
  if (ignored.length > 0) print(`skipped, no pictures by their names: ${listed(ignored)}`)
  const attempt = async <T>(path: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      const reason = error instanceof StrataError ? error.message : String(error)
      if (!target.signal?.aborted) print(`${path} failed: ${reason}`)
      return undefined
    }
  }
  const open: Awaited<ReturnType<typeof offer>>[] = []
  let stored = 0
  for (const [path, id] of ids) {
    if (target.signal?.aborted) return
    const offered = await attempt(path, () => offer(path, id, target, modelSet))
    if (offered?.isStored) stored++
    else if (offered) open.push(offered)
  }
  print(`${open.length} of ${count(ids.size)} to be encoded, ${stored} stored before`)
  let done = 0
  const waiting = open.values()
  const follow = async () => {
    for (const { path, id, isIt } of waiting) {
      const info = await attempt(path, () => waitFor(id, target, isIt))
      if (info) print(`${path} is ready as ${id}, ${++done} of ${open.length}`)
    }
  }
  await Promise.all(Array.from({ length: FOLLOWED }, follow))
}

/** Uploads a picture unless the same bytes are stored, encoded by this model set. */
async function offer(path: string, id: string, target: UploadTarget, modelSet: string) {
  const bytes = await readInput(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_DIGITS)
  const info = await storedInfo(id, target)
  const isHere = info?.state === 'ready' && info.replacing === undefined && info.source?.sha256 === sha256
  const isStored = isHere && isDecodedBy(info.modelSet, modelSet)
  if (!isHere) await putImage({ id, bytes }, target)
  else if (!isStored) await reencodeImage(id, target)
  const isIt = (now: Info) => now.source?.sha256 === sha256 && isDecodedBy(now.modelSet, modelSet)
  return { path, id, isStored, isIt }
}

function count(pictures: number): string {
  return pictures === 1 ? '1 picture' : `${pictures} pictures`
}

function listed(paths: readonly string[]): string {
  const more = paths.length - NAMED
  return `${paths.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
