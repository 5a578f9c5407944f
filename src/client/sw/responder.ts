import { StrataError } from '../../core/errors.ts'
import { holdsPictures } from '../../format/coding.ts'
import { mediaTypeOf, type PictureFormat } from '../../format/media-type.ts'
import { readCheckedPicture } from '../../format/pictures/check.ts'
import { connection, linkRate } from '../link.ts'
import { decodes } from '../plain/worth.ts'
import { type Choice, choose } from './choose.ts'
import { Confirmations } from './confirmations.ts'
import { freshnessOf } from './freshness.ts'
import type { HeldFacts, HeldIndex } from './held-index.ts'
import { costOf, type Maker } from './maker.ts'
import type { ExtendableEvent, FetchEvent } from './scope.ts'
import { readWanted, type Wanted } from './wanted.ts'

interface ResponderOptions {
  /** Absolute addresses where CDNs are mounted, each with a slash at its end. */
  readonly bases: readonly string[]
  readonly prefer: 'time' | 'bytes'
}

/**
 * Longest expected decoding time for which a picture is not loaded from the network instead, whatever bytes that costs.
 */
const PATIENCE_MS = 6000

/** Answers requests for plain pictures from stored layers. Requests for other pictures are not delayed. */
export class Responder {
  readonly #index: HeldIndex
  readonly #maker: Maker
  readonly #options: ResponderOptions
  readonly #confirmations: Confirmations

  constructor(index: HeldIndex, maker: Maker, options: ResponderOptions) {
    this.#index = index
    this.#maker = maker
    this.#options = options
    this.#confirmations = new Confirmations(index)
  }

  /** Decides synchronously. If it does not respond, the browser loads the picture as without a service worker. */
  handle(event: FetchEvent): void {
    const { method, mode, destination, headers, url } = event.request
    // The pictures of a page are requested after its HTML: load the models meanwhile.
    if (mode === 'navigate') event.waitUntil(this.warm())
    if (method !== 'GET' || destination !== 'image') return
    const wanted = readWanted(url, this.#options.bases)
    if (!wanted) return
    // A worker that has just started has not loaded the index yet. Offline, waiting for it costs nothing.
    const mayBeHeld = !this.#index.isLoaded && isOffline()
    if (!this.#index.has(wanted.key) && !mayBeHeld) return
    event.respondWith(this.#answer(event, wanted, headers.get('Accept') ?? ''))
  }

  /** Loads the models if any layers are stored, and measures the decoding speed once. */
  async warm(): Promise<void> {
    try {
      await this.#index.loaded
      if (this.#maker.isReady || this.#index.size === 0) return
      await this.#maker.open()
      for (const key of this.#index.keys) {
        if (this.#maker.speed !== undefined) return
        const facts = await this.#index.facts(key)
        const layer = facts?.layers[0]
        if (!layer || holdsPictures(facts.header)) continue
        const { width, height } = layer
        await this.#make(key, facts, { kind: 'decode', layer, width, height })
      }
    } catch {
      // Pictures are loaded from the network, as before.
    }
  }

  async #answer(event: FetchEvent, wanted: Wanted, accept: string): Promise<Response> {
    const isAlone = isOffline()
    const held = await this.#fromHeld(event, wanted, accept, isAlone)
    if (held) return held
    try {
      return await fetch(event.request)
    } catch (error) {
      if (event.request.signal.aborted) throw error
      const any = isAlone ? undefined : await this.#fromHeld(event, wanted, accept, true)
      if (any) return any
      throw error
    }
  }

  /**
   * @param isAlone whether the browser is offline, so that any layer is used, whatever its age and decoding time
   * @returns undefined when the network is better, or anything fails
   */
  async #fromHeld(
    event: ExtendableEvent,
    wanted: Wanted,
    accept: string,
    isAlone: boolean,
  ): Promise<Response | undefined> {
    const { key, image } = wanted
    try {
      if (isAlone) await this.#index.loaded
      const facts = this.#index.has(key) ? await this.#index.facts(key) : undefined
      if (!facts) return undefined
      const freshness = freshnessOf(image, facts, Date.now())
      if (freshness !== 'fresh' && !isAlone) event.waitUntil(this.#confirmations.start(image, key))
      if (freshness === 'old' && !isAlone) return undefined
      const choice = choose(facts, wanted, accept, isAlone)
      if (choice?.kind === 'slice') return await this.#slice(key, choice)
      if (!choice) return undefined
      const made = this.#maker.made(facts, choice)
      if (!made && !isAlone && !this.#isSooner(event, facts, choice)) return undefined
      return answer(await (made ?? this.#make(key, facts, choice)), choice, 'png')
    } catch (error) {
      await this.#spoiled(key, error)
      return undefined
    }
  }

  /** Whether decoding is better than the network: about as fast, or preferred because it costs no bytes. */
  #isSooner(event: ExtendableEvent, facts: HeldFacts, choice: Extract<Choice, { kind: 'decode' }>): boolean {
    const { isReady, speed, queue } = this.#maker
    if (!isReady) {
      event.waitUntil(this.warm())
      return false
    }
    const cost = costOf(facts, choice)
    if (speed && (queue.pixels + cost.pixels) / speed > PATIENCE_MS) return false
    if (this.#options.prefer === 'bytes' || connection()?.saveData) return true
    return decodes({ ...cost, missing: 0, rate: linkRate(), speed, queue })
  }

  async #make(key: string, facts: HeldFacts, choice: Extract<Choice, { kind: 'decode' }>): Promise<Blob> {
    return await this.#maker.make(facts, choice, async () => await this.#bytes(key, facts))
  }

  async #slice(key: string, choice: Extract<Choice, { kind: 'slice' }>): Promise<Response | undefined> {
    const { layer, format } = choice
    const read = await this.#index.read(key)
    if (!read) return undefined
    const picture = readCheckedPicture(read.bytes, layer)
    const type = mediaTypeOf(format)
    return answer(new Blob([picture as Uint8Array<ArrayBuffer>], { type }), choice, format)
  }

  /** @throws StrataError NOT_FOUND when the stored bytes were deleted, or replaced by those of another file */
  async #bytes(key: string, { etag }: HeldFacts): Promise<Uint8Array> {
    const read = await this.#index.read(key)
    if (read?.facts.etag === etag) return read.bytes
    throw new StrataError('NOT_FOUND', `${key}: other bytes are stored now`)
  }

  /** Deletes damaged bytes; an image that fails otherwise is left to the network. */
  async #spoiled(key: string, error: unknown): Promise<void> {
    const code = error instanceof StrataError ? error.code : ''
    if (/^(FORMAT_|ENTROPY_)/.test(code)) await this.#index.discard(key)
    else if (/^(MODEL_UNKNOWN|CODING_UNKNOWN)/.test(code)) this.#index.forget(key)
  }
}

function answer(picture: Blob, { layer }: Choice, format: PictureFormat): Response {
  const headers = {
    'Content-Type': picture.type,
    // A cross-origin isolated page shows pictures of other origins only with this header.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Strata-Plan': `held;layer=${layer.index};f=${format}`,
  }
  return new Response(picture, { headers })
}

function isOffline(): boolean {
  return navigator.onLine === false
}
