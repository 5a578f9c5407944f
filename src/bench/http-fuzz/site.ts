import { signUrl } from '../../edge/access/sign.ts'
import { createRuntime } from '../../node/compose.ts'
import { MemoryStore } from './memory-store.ts'
import { createOrigin, createTranscoder } from './parts.ts'
import { drawOriginals, type Originals } from './pictures.ts'
import type { FuzzAnswer, FuzzRequest } from './types.ts'
import { installWorkersGlobals } from './workers-globals.ts'

/** Result of `createPlugin` of plugin.ts, which is type-checked separately, under the types of Workers. */
interface Plugin {
  fetch(request: Request): Promise<Response>
  deliver(message: unknown): Promise<void>
}
type CreatePlugin = (options: object, keepAlive: (work: Promise<unknown>) => void) => Plugin

export const TOKEN = 'a-token-of-the-fuzzer'
const KEYS = { k1: 'the first secret of the fuzzer', k2: 'the second secret of the fuzzer' } as const
/** Presets of the deployments, as the grammar names them. */
const PRESETS = { card: 'w=24&ar=4:3', thumb: 'w=16', wide: 'w=48&h=20&fit=cover&f=webp' }
/** The only origin whose scripts may read pictures. */
const ALLOWED_ORIGIN = 'https://shop.example'

/** Options of the deployments by name, besides the common ones. All deployments share one bucket. */
const DEPLOYMENTS = {
  plain: { development: () => true },
  kept: { development: () => true, persist: true, hints: 'cap', maxAge: 0 },
  bounded: {
    uploadToken: () => TOKEN,
    allowedWidths: [8, 16, 24, 30, 48, 60],
    hintWidths: [],
    presets: PRESETS,
  },
  presets: { uploadToken: () => TOKEN, presets: PRESETS, presetsOnly: true, hints: 'off' },
  signed: { uploadToken: () => TOKEN, signing: { keys: KEYS } },
  query: { uploadToken: () => TOKEN, signing: { keys: KEYS, signQuery: true }, formats: ['webp', 'jpeg'] },
  hiding: { development: () => true, hyperThumbnail: 'always', defaultWidth: 30 },
  bare: {
    uploadToken: () => TOKEN,
    transcoder: () => undefined,
    serveOriginal: true,
    allowOrigin: ALLOWED_ORIGIN,
  },
} as const

type Deployment = keyof typeof DEPLOYMENTS
export const DEPLOYMENT_NAMES = Object.keys(DEPLOYMENTS) as Deployment[]

/** Deployments in which anyone may write. */
export const OPEN: readonly Deployment[] = ['plain', 'kept', 'hiding']

/** Images that exist in every case: ready ones, and those in other states. */
export const READY = ['photo', 'other', 'tall', 'drawing', 'clear', 'dot', 'film', 'replaced'] as const
export const NOT_READY = ['waiting', 'failed'] as const

/** Originals of source `pics` that are pulled and encoded in every case. */
export const PULLED = ['photo', 'drawing', 'webp', 'cut'] as const

/** The largest upload in bytes. Every original is smaller. */
export const MAX_UPLOAD = 200_000

/** The edge with all of its deployments, one bucket, the transcoder and the origin, in this process. */
export class Site {
  readonly store = new MemoryStore()
  readonly originals: Originals
  /** Hash of the file of each ready image. */
  readonly hashes = new Map<string, string>()
  readonly #plugins: Readonly<Record<string, Plugin>>
  readonly #messages: { readonly id: string }[] = []
  /** Requests that were made. */
  requests = 0
  #background: Promise<unknown>[] = []
  #found: readonly [key: string, version: string][] = []

  private constructor(originals: Originals, createPlugin: CreatePlugin, parts: object) {
    this.originals = originals
    const bucket = { get: async (key: string) => this.#sourceObject(key) }
    const queue = { send: async (message: { readonly id: string }) => void this.#messages.push(message) }
    const all = {
      ...parts,
      bucket: () => this.store,
      queue: () => queue,
      maxUploadBytes: MAX_UPLOAD,
      sources: { pics: { bucket, prefix: 'p/' } },
    }
    const keepAlive = (work: Promise<unknown>) => void this.#background.push(work.catch(() => undefined))
    const plugins = Object.entries(DEPLOYMENTS).map(
      ([name, options]) => [name, createPlugin({ ...all, ...options }, keepAlive)] as const,
    )
    this.#plugins = Object.fromEntries(plugins)
  }

  static async open(): Promise<Site> {
    installWorkersGlobals()
    // The cast keeps the compiler from following the import: see plugin.ts.
    const { createPlugin } = await import('./plugin.ts' as string)
    const [transcoder, origin] = [createTranscoder(await createRuntime('wasm')), await createOrigin()]
    const parts = { transcoder: () => transcoder, origin: () => origin }
    const site = new Site(await drawOriginals(), createPlugin, parts)
    await site.#fill()
    return site
  }

  async send(request: FuzzRequest): Promise<FuzzAnswer> {
    this.requests++
    const { deployment, method, headers, body } = request
    const init = { method, headers: headers.map(([name, value]) => [name, value] as [string, string]) }
    const sent = new Request(urlOf(request), {
      ...init,
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    })
    const response = await this.#plugins[deployment]!.fetch(sent)
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body: bytes }
  }

  /**
   * Waits for background work, and empties the queue.
   * @param isDelivered images whose messages are delivered. @default none
   */
  async settle(isDelivered: (id: string) => boolean = () => false): Promise<void> {
    while (this.#background.length > 0 || this.#messages.length > 0) {
      const [work, messages] = [this.#background, this.#messages.splice(0)]
      this.#background = []
      await Promise.all(work)
      for (const message of messages) if (isDelivered(message.id)) await this.#plugins.plain!.deliver(message)
    }
  }

  /** A request with the signature of its URL. */
  async sign(
    request: FuzzRequest,
    kid: keyof typeof KEYS,
    expires: number | undefined,
  ): Promise<FuzzRequest> {
    const options = { kid, secret: KEYS[kid], expires, signQuery: request.deployment === 'query' }
    const signed = new URL(await signUrl(urlOf(request), options))
    return { ...request, path: signed.pathname, query: signed.search.slice(1).split('&') }
  }

  /** Whether the shared images are unchanged: no case may change them. */
  isIntact(): boolean {
    return this.#found.every(([key, version]) => this.store.versionOf(key) === version)
  }

  /**
   * Objects of the shared images with their versions. Records of waiting images are left out, because they are renewed
   * from time to time.
   */
  #fixtures(): [key: string, version: string][] {
    const entries = [...READY, ...NOT_READY].flatMap((id) => this.store.objectsOf(id))
    const fixed = entries.filter((entry) => !/^(picture\/|state\/(waiting|replaced) )/.test(entry))
    return fixed.map((entry) => entry.split(' ') as [string, string])
  }

  #sourceObject(key: string) {
    const bytes =
      Object.hasOwn(this.originals, key.slice(2)) && this.originals[key.slice(2) as keyof Originals]
    if (!bytes) return null
    return { etag: key, size: bytes.length, body: new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() }
  }

  async #fill(): Promise<void> {
    const put = async (id: string, original: keyof Originals, query = '') => {
      const body = this.originals[original]
      const headers = [['Content-Length', String(body.length)]] as const
      const where = {
        deployment: 'plain',
        base: 'http://cdn.localhost',
        path: `/cdn/img/${id}`,
        query: [query],
      }
      const { status } = await this.send({ ...where, method: 'PUT', headers, body })
      if (status !== 202) throw new Error(`the upload of ${id} was answered ${status}`)
    }
    for (const id of READY)
      await put(
        id,
        id === 'replaced' ? 'webp' : id,
        ['photo', 'other', 'tall'].includes(id) ? LADDERS[id] : '',
      )
    await put('failed', 'cut')
    for (const name of PULLED) {
      const where = {
        deployment: 'plain',
        base: 'http://cdn.localhost',
        path: `/cdn/src/pics/${name}`,
        query: [],
      }
      await this.send({ ...where, method: 'GET', headers: [] })
    }
    await this.settle(() => true)
    await put('replaced', 'other', 'coding=webp')
    await put('waiting', 'webp')
    for (const id of READY) this.hashes.set(id, (await this.#hashOf(id)).slice(0, 32))
    await this.settle()
    this.#found = this.#fixtures()
  }

  async #hashOf(id: string): Promise<string> {
    const state = await this.store.get(`state/${id}`)
    const record = JSON.parse(new TextDecoder().decode(await state?.bytes()))
    return (record.live ?? record).hash
  }
}

/** Ladders of the images that are coded by COMPASS. */
const LADDERS: Readonly<Record<string, string>> = {
  photo: 'coding=compass&widths=15,30,61',
  other: 'coding=compass&widths=48',
  tall: 'coding=compass&widths=4,9',
}

export function urlOf({ base, path, query }: FuzzRequest): string {
  const search = query.filter((part) => part !== '').join('&')
  return base + path + (search === '' ? '' : `?${search}`)
}
