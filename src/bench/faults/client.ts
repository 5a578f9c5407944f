import sharp from 'sharp'
import { readErrorBody } from '../../core/error-body.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import { pick } from '../random.ts'
import { type Cluster, TOKEN } from './cluster.ts'
import type { Ending, History } from './history.ts'
import type { FinalImage, Seen } from './invariants.ts'
import { differenceOf, fingerprint, recognize, sha256 } from './pictures.ts'

const PATIENCE_MS = 60_000
const WIDTHS = [40, 64, 90] as const
const FORMATS = ['jpeg', 'webp', 'avif'] as const
/** The ladder of every upload: small, so that an encode takes about a second. */
const QUERY = 'widths=48,96&coding=compass'

/** Statuses from which on an injected fault is the cause, not the request: the write may have been applied or not. */
const FAULTS_FROM = 500

/** A client of the cluster. Each request goes to a random running edge. */
export class Client {
  readonly #cluster: Cluster
  readonly #random: () => number

  constructor(cluster: Cluster, random: () => number) {
    this.#cluster = cluster
    this.#random = random
  }

  /** Uploads one of the pictures of the image. */
  async put(history: History, version: number): Promise<void> {
    const body = history.pictures[version]!.bytes
    history.ended(version, await this.#write(`${history.id}?${QUERY}`, { method: 'PUT', body }, 202))
  }

  async delete(history: History): Promise<void> {
    history.deleting()
    history.ended(undefined, await this.#write(history.id, { method: 'DELETE' }, 204))
  }

  async #write(path: string, init: RequestInit, accepted: number): Promise<Ending> {
    const headers = { Authorization: `Bearer ${TOKEN}` }
    const response = await this.#fetch(path, { ...init, headers })
    await response?.arrayBuffer().catch(() => undefined)
    if (response?.status === accepted) return 'accepted'
    return response && response.status < FAULTS_FROM ? 'refused' : 'unknown'
  }

  /** Requests a file, its two halves, or a picture of it. @returns undefined when no whole answer came */
  async look(history: History): Promise<Seen | undefined> {
    const wasThere = history.isThere
    const seen = await this.#see(history)
    return seen && { ...seen, isMissing: wasThere && history.isThere && seen.status === 404 }
  }

  #see(history: History): Promise<Seen | undefined> {
    const kind = this.#random()
    if (kind < 0.3) return this.#seeFile(history)
    if (kind < 0.5) return this.#seeHalves(history)
    return this.#seePicture(history, pick(WIDTHS, this.#random), pick(FORMATS, this.#random))
  }

  /** Requests the image's info, by which an edge restarts an encoding that died. */
  async wake(id: string): Promise<void> {
    const response = await this.#fetch(`${id}.json`)
    await response?.arrayBuffer().catch(() => undefined)
  }

  /** The present state of the image; undefined while no edge answers. */
  async final(history: History): Promise<FinalImage | undefined> {
    const answer = await this.#get(`${history.id}.json`)
    if (answer === undefined) return undefined
    const info = JSON.parse(new TextDecoder().decode(answer.bytes)) as {
      readonly state?: FinalImage['state']
      readonly error?: { readonly code: string }
      readonly replacing?: { readonly state: 'queued' | 'failed'; readonly error?: { readonly code: string } }
    }
    if (info.state === undefined)
      return info.error?.code === 'NOT_FOUND' ? { history, state: 'none' } : undefined
    const { state, replacing } = info
    const code = (replacing ?? info).error?.code
    const about = { history, state, ...(replacing && { replacing: replacing.state }), ...(code && { code }) }
    if (state !== 'ready') return about
    const file = await this.#seeFile(history)
    const picture = await this.#seePicture(history, WIDTHS[1], 'webp')
    if (file?.status !== 200 || picture?.status !== 200) return undefined
    return { ...about, served: { file: file.version, pixels: picture.version } }
  }

  async #seeFile(history: History): Promise<Seen | undefined> {
    const answer = await this.#get(`${history.id}?f=native`)
    return answer && seenFile(history, answer)
  }

  /**
   * Requests a file in two parts, as a decoder that resumes. If the file changed between them, the second part does not
   * belong to it.
   */
  async #seeHalves(history: History): Promise<Seen | undefined> {
    const path = `${history.id}?f=native`
    const first = await this.#get(path, { Range: 'bytes=0-299' })
    if (first?.status !== 206 || first.etag === null) return first && seenFile(history, first)
    const second = await this.#get(path, { Range: 'bytes=300-', 'If-Range': first.etag })
    if (second?.status !== 206) return second && seenFile(history, second)
    const bytes = Buffer.concat([first.bytes, second.bytes])
    return seenFile(history, { ...second, status: 200, etag: first.etag, bytes })
  }

  async #seePicture(history: History, width: number, format: string): Promise<Seen | undefined> {
    const answer = await this.#get(`${history.id}?w=${width}&f=${format}`)
    if (answer === undefined) return undefined
    const { url, status, code, bytes } = answer
    const about = { id: history.id, url, status, ...(code && { code }) }
    if (status !== 200) return about
    try {
      const got = (await sharp(bytes).metadata()).width
      if (got !== width) return { ...about, broken: `expected a width of ${width}, got ${got}` }
      const print = await fingerprint(bytes)
      const version = recognize(print, history.pictures)
      const distances = history.pictures.map((picture) => differenceOf(print, picture.print).toFixed(1))
      return { ...about, version, ...(version === undefined && { detail: `differences ${distances}` }) }
    } catch (error) {
      return { ...about, broken: `no picture: ${error}` }
    }
  }

  async #get(path: string, headers: Record<string, string> = {}): Promise<Got | undefined> {
    const response = await this.#fetch(path, { headers })
    if (response === undefined) return undefined
    const body = await response.arrayBuffer().catch(() => undefined)
    if (body === undefined) return undefined
    const code = response.status >= 400 ? (await readErrorBody(new Response(body))).code : undefined
    const etag = response.headers.get('ETag')
    return { url: path, status: response.status, ...(code && { code }), etag, bytes: new Uint8Array(body) }
  }

  /** @returns undefined when no answer came */
  async #fetch(path: string, init: RequestInit = {}): Promise<Response | undefined> {
    const running = this.#cluster.edges.filter(({ link }) => link !== undefined)
    if (running.length === 0) return undefined
    const edge = pick(running, this.#random)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    return await fetch(this.#cluster.urlOf(edge) + path, { ...init, signal }).catch(() => undefined)
  }
}

interface Got {
  readonly url: string
  readonly status: number
  readonly code?: string
  readonly etag: string | null
  readonly bytes: Uint8Array
}

function seenFile({ id, pictures }: History, { url, status, code, etag, bytes }: Got): Seen {
  const about = { id, url, status, ...(code && { code }) }
  if (status !== 200) return about
  const same = { etag: etag ?? '', sha256: sha256(bytes) }
  try {
    const header = readHeader(bytes)
    if (wholeLayers(header, bytes.length) !== header.layers.length)
      return { ...about, same, broken: `${bytes.length} bytes of ${header.totalLength}` }
    const version = pictures.findIndex((picture) => picture.sha256.startsWith(header.source.sha256))
    return { ...about, same, version: version < 0 ? undefined : version }
  } catch (error) {
    return { ...about, same, broken: `no .strata file: ${error}` }
  }
}
