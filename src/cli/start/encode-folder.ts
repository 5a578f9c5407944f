import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { mapInTurns } from '../../core/map-in-turns.ts'
import { isDecodedBy } from '../../format/coding.ts'
import { edgeError, type Info, type UploadTarget } from '../edge-request.ts'
import { reencodeImage } from '../upload-file.ts'
import type { PictureFolder } from './picture-folder.ts'

/** Name of the source that serves the folder. */
export const FOLDER_SOURCE = 'local'

/** Address of a picture of the folder. @param base where the plugin is mounted */
export function folderUrl(base: string, path: string): string {
  return `${base}/src/${FOLDER_SOURCE}/${path.split('/').map(encodeURIComponent).join('/')}`
}

interface EncodeOptions {
  /** Installed model set. Pictures of another model set are encoded again. */
  readonly modelSet: string
  /** Shows a line to people. */
  readonly print: (line: string) => void
  /** Milliseconds before the first picture, so that pictures shown on a page come first. @default 3000 */
  readonly headStartMs?: number
}

/** Pictures that are encoded at a time. A picture that a page requests waits for these at most. */
const IN_FLIGHT = 2
const HEAD_START_MS = 3000
const LOOK_MS = 500

/** Info JSON of a picture of the folder. */
type PulledInfo = Info & { readonly id?: string }

/**
 * Requests the encoding of all pictures of a folder, a few at a time, so that pictures shown on a page need not wait;
 * later also of new and changed pictures. A picture that fails is reported once and does not stop the others. Ends with
 * `target.signal`, and never rejects.
 */
export async function encodeFolder(
  folder: PictureFolder,
  target: UploadTarget,
  options: EncodeOptions,
): Promise<void> {
  const { print, headStartMs = HEAD_START_MS } = options
  const { signal } = target
  const failed = new Map<string, string>()
  let told = ''

  async function follow(path: string): Promise<void> {
    if (signal?.aborted) return
    try {
      await untilReady(path, target, options.modelSet)
      failed.delete(path)
    } catch (error) {
      const reason = error instanceof StrataError ? error.message : String(error)
      if (!signal?.aborted && failed.get(path) !== reason) print(`${path} failed: ${reason}`)
      failed.set(path, reason)
    }
  }

  await sleep(headStartMs, undefined, { signal }).catch(() => undefined)
  while (!signal?.aborted) {
    const change = nextChange(folder, signal)
    const paths = await folder.list()
    await mapInTurns(paths, IN_FLIGHT, follow)
    if (signal?.aborted) return
    const ready = paths.filter((path) => !failed.has(path)).length
    const line = `${ready} of ${paths.length === 1 ? '1 picture' : `${paths.length} pictures`} encoded`
    if (line !== told) print(line)
    told = line
    await change
  }
}

/**
 * Requests a picture's info, which lets the edge pull and encode it, until it is ready.
 * @throws StrataError when it cannot be encoded
 */
async function untilReady(
  path: string,
  { base, signal }: UploadTarget,
  modelSet: string,
): Promise<PulledInfo> {
  const url = `${folderUrl(base, path)}.json`
  let isRenewed = false
  for (;;) {
    const response = await fetch(url, { signal: signal ?? null })
    const info = (await response.json()) as PulledInfo
    const error = info.replacing?.error ?? info.error
    if (!response.ok || info.replacing?.state === 'failed')
      throw edgeError(error ?? { code: 'ORIGIN_FAILED', message: `the edge answered ${response.status}` })
    const isReady = info.state === 'ready' && info.replacing === undefined
    // Renew it only once: an origin with another model set would give the same file again.
    if (isReady && (isRenewed || info.id === undefined || isDecodedBy(info.modelSet, modelSet))) return info
    if (isReady && info.id) {
      isRenewed = true
      await reencodeImage(info.id, { base, timeoutMs: 0, ...(signal && { signal }) })
    }
    await sleep(LOOK_MS, undefined, { signal })
  }
}

function nextChange(folder: PictureFolder, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = folder.onChange(end)
    function end() {
      stop()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end)
  })
}
