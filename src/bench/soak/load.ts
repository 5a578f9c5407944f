import sharp from 'sharp'
import { parseErrorBody } from '../../core/error-body.ts'
import { photo, text } from '../pictures/formula.ts'
import type { Random } from '../random.ts'

/** One request and its answer. */
export interface Asked {
  readonly kind: string
  /** 0 where no answer came. */
  readonly status: number
  /** Code of the error's body, or the system's error code without an answer. */
  readonly code: string | undefined
  readonly ms: number
}

interface Live {
  readonly id: string
  /** ETags of answers by request. */
  readonly etags: Map<string, string>
}

type Action = (random: Random) => Promise<Omit<Asked, 'kind' | 'ms'>>

/** Least number of images; below it, new ones are uploaded. */
const FEWEST = 6
const MOST = 14
const WIDTHS = [64, 96, 160, 200, 240, 320, 480, 640]
const ACCEPTS = ['image/avif,image/webp,*/*;q=0.8', 'image/webp,*/*', '*/*', 'image/vnd.strata, image/*']
const TIMEOUT_MS = 60_000

/** A client that reads, uploads, replaces and removes images as the visitors and owners of a site do. */
export class MixedLoad {
  readonly #base: string
  readonly #live: Live[] = []
  #uploads = 0

  /** @param base where the plugin is mounted */
  constructor(base: string) {
    this.#base = base
  }

  async next(random: Random): Promise<Asked> {
    const [kind, action] = this.#choose(random)
    const start = performance.now()
    const answer = await action(random).catch((error) => ({ status: 0, code: codeOf(error) }))
    return { kind, ...answer, ms: performance.now() - start }
  }

  #choose(random: Random): [string, Action] {
    const at = random.unit()
    if (this.#live.length < FEWEST || at < 0.03) return ['upload', (r) => this.#upload(r, this.#newImage())]
    if (this.#live.length > MOST || at < 0.05) return ['delete', (r) => this.#remove(r)]
    if (at < 0.08) return ['replace', (r) => this.#upload(r, r.pick(this.#live))]
    if (at < 0.15) return ['info', (r) => this.#get(`/img/${r.pick(this.#live).id}.json`)]
    if (at < 0.25) return ['range', (r) => this.#range(r)]
    if (at < 0.3) return ['head', (r) => this.#read(r, 'HEAD')]
    if (at < 0.35) return ['missing', (r) => this.#get(`/img/nothing-${r.below(1000)}`)]
    if (at < 0.55) return ['condition', (r) => this.#revalidate(r)]
    return ['read', (r) => this.#read(r, 'GET')]
  }

  #newImage(): Live {
    const live = { id: `soak-${++this.#uploads}`, etags: new Map() }
    this.#live.push(live)
    return live
  }

  async #upload(random: Random, { id }: Live): ReturnType<Action> {
    const isDrawn = random.chance(0.4)
    const [width, height] = [160 + random.below(240), 120 + random.below(160)]
    const { data } = isDrawn ? text(width, height) : photo(width, height, random.below(1e6))
    const picture = sharp(data, { raw: { width, height, channels: 3 } })
    const body = await (isDrawn ? picture.png() : picture.jpeg({ quality: 85 })).toBuffer()
    return await this.#get(`/img/${id}`, { method: 'PUT', body: new Uint8Array(body) })
  }

  async #remove(random: Random): ReturnType<Action> {
    const [gone] = this.#live.splice(random.below(this.#live.length), 1)
    return await this.#get(`/img/${gone?.id}`, { method: 'DELETE' })
  }

  async #read(random: Random, method: 'GET' | 'HEAD'): ReturnType<Action> {
    const image = random.pick(this.#live)
    const [path, accept] = [`/img/${image.id}?w=${random.pick(WIDTHS)}`, random.pick(ACCEPTS)]
    return await this.#get(path, { method, headers: { Accept: accept } }, (headers) => {
      const etag = headers.get('etag')
      if (etag) image.etags.set(`${path} ${accept}`, etag)
    })
  }

  async #revalidate(random: Random): ReturnType<Action> {
    const known = this.#live.flatMap(({ etags }) => [...etags])
    const [key, etag] =
      known.length > 0 ? random.pick(known) : [`/img/${random.pick(this.#live).id} */*`, '"x"']
    const [path = '', ...accept] = key.split(' ')
    return await this.#get(path, { headers: { Accept: accept.join(' '), 'If-None-Match': etag } })
  }

  async #range(random: Random): ReturnType<Action> {
    const path = `/img/${random.pick(this.#live).id}?f=native&w=${random.pick(WIDTHS)}`
    return await this.#get(path, { headers: { Range: `bytes=${random.below(400)}-` } })
  }

  async #get(path: string, init: RequestInit = {}, look?: (headers: Headers) => void): ReturnType<Action> {
    const response = await fetch(this.#base + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const body = await response.arrayBuffer()
    if (response.status < 400) {
      look?.(response.headers)
      return { status: response.status, code: undefined }
    }
    return { status: response.status, code: parseErrorBody(new Uint8Array(body)).code ?? 'no error body' }
  }
}

function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string }
  return cause?.code ?? name ?? 'unknown'
}
