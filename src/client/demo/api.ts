/** Requests of the demo page to its Worker. */
import { imageUrl as addressOf } from '../index.ts'

export interface Info {
  /** Id of a pulled picture; absent for an uploaded one. */
  readonly id?: string
  readonly source: { readonly width: number; readonly height: number }
  readonly layers: readonly Layer[]
  readonly placeholder: { readonly dataUri: string | null }
  readonly etag: string
  /** Length of the whole file. */
  readonly bytes: number
  /** Number of kept variants of the file, and how many of them were promoted: rendered again in fewer bytes. */
  readonly pictures?: { readonly kept: number; readonly promoted?: number }
}

export interface Layer {
  readonly width: number
  readonly height: number
  /** Bytes from the start of the file to the end of the layer. */
  readonly end: number
}

interface Progress {
  readonly state: 'queued' | 'encoding'
  readonly attempt: number
  /** Error of the previous attempt. */
  readonly error?: { readonly message: string }
}

/** Bytes of other codecs' files that look as good as a layer; null when a codec reaches no such file. */
interface LayerComparison {
  readonly width: number
  readonly avif: number | null
  readonly webp: number | null
}

export interface Comparisons {
  readonly measuring: boolean
  readonly images: Readonly<
    Record<string, { readonly etag: string; readonly layers: readonly LayerComparison[] } | undefined>
  >
}

/** Address of an image without size and format. */
export function imageUrl(id: string): string {
  return addressOf({ base: '/cdn', src: id })
}

/** Address of a picture of the folder that `strata start DIR` shows. @param path decoded */
export function folderUrl(path: string): string {
  return `/cdn/src/local/${path.split('/').map(encodeURIComponent).join('/')}`
}

interface Samples {
  /** Ids of images. */
  readonly samples?: readonly string[]
  /** Paths of the pictures of a folder. */
  readonly paths?: readonly string[]
  /** Whether more may come. */
  readonly live?: boolean
}

/** The pictures to show. */
export async function fetchSamples(): Promise<Samples> {
  return (await (await fetch('/samples')).json()) as Samples
}

/** Comparisons that `strata start` has measured so far; none on other servers. */
export async function fetchComparisons(): Promise<Comparisons> {
  return (await (await fetch('/comparisons')).json()) as Comparisons
}

type ImageState =
  | { readonly kind: 'ready'; readonly info: Info }
  | { readonly kind: 'open'; readonly progress: Progress; readonly retryAfter: number }
  | { readonly kind: 'failed'; readonly message: string }

/** The info JSON of an image. @param address without size and format */
export async function fetchState(address: string): Promise<ImageState> {
  const response = await fetch(`${address}.json`)
  const body: unknown = await response.json()
  if (response.status === 200) return { kind: 'ready', info: body as Info }
  if (response.status === 202) {
    const retryAfter = Number(response.headers.get('Retry-After') ?? 1)
    return { kind: 'open', progress: body as Progress, retryAfter }
  }
  return { kind: 'failed', message: (body as { error: { message: string } }).error.message }
}

/** @returns the reason why the edge refused the file; undefined when it accepted it */
export async function upload(id: string, file: File): Promise<string | undefined> {
  const response = await fetch(imageUrl(id), { method: 'PUT', body: file })
  if (response.ok) return undefined
  return ((await response.json()) as { error: { message: string } }).error.message
}

/** Deletes an image if this page is allowed to. */
export async function remove(id: string): Promise<void> {
  await fetch(imageUrl(id), { method: 'DELETE' }).catch(() => undefined)
}
