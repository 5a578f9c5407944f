import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { readHeader } from '../../format/reader.ts'
import type { StrataHeader } from '../../format/types.ts'
import { identity, infoAddress } from '../address/address.ts'
import type { Transfer } from '../messages.ts'
import { chooseLayer, type LayerSize } from '../plan.ts'
import { fileOf, isPinnedTo } from './etag.ts'
import { type Fetched, fetchPrefix, revalidate } from './fetch-prefix.ts'
import { KeyedMutex, Limiter } from './limiter.ts'
import { MAX_INFO_BYTES } from './limits.ts'
import { type Prefix, PrefixStore } from './prefix-store.ts'

/** The bytes of an image up to the layer that was requested. */
export interface ImagePrefix {
  readonly bytes: Uint8Array
  readonly header: StrataHeader
  readonly layer: number
  /** Hash of the whole file. */
  readonly version: string
  readonly transfer: Transfer
}

interface ImageRequest {
  readonly image: string
  /** Device pixels. */
  readonly width: number
  readonly saveData: boolean
  /** Width in pixels of the picture that is shown; 0 for none. */
  readonly above: number
}

/** With HTTP/1.1 a browser opens six connections to a server, and the page's own requests need some of them. */
const MAX_FETCHES = 4

/** The files of a page's images: stored bytes are reused, and only the missing ones are fetched. */
export class Images {
  readonly #store = new PrefixStore()
  /** Requests of one image wait for each other, so that an image shown in two places is fetched once. */
  readonly #perImage = new KeyedMutex()
  readonly #fetches = new Limiter(MAX_FETCHES)
  /** Images whose stored bytes are known to be current. Each is revalidated once in the worker's lifetime. */
  readonly #fresh = new Set<string>()

  /**
   * @returns undefined when no layer is wider than `above`
   * @throws StrataError as `fetchPrefix`
   */
  async get(wanted: ImageRequest, signal: AbortSignal): Promise<ImagePrefix | undefined> {
    return await this.#perImage.run(identity(wanted.image), () => this.#get(wanted, signal), signal)
  }

  /** Deletes the stored bytes of an image, because they do not decode. */
  async discard(image: string): Promise<void> {
    this.#fresh.delete(identity(image))
    await this.#store.delete(image)
  }

  async #get(wanted: ImageRequest, signal: AbortSignal): Promise<ImagePrefix | undefined> {
    const { image, width, saveData, above } = wanted
    const held = await this.#store.get(image)
    const header = held && readOrUndefined(held)
    const layers = header?.layers ?? (saveData || above > 0 ? await this.#layersOf(image, signal) : undefined)
    const layer = layers && chooseLayer(layers, width, saveData)
    if (layers && layer !== undefined && layers[layer]!.width <= above) return undefined
    // A request for a layer's own width selects that layer at the edge.
    const requestedWidth = layers && layer !== undefined ? layers[layer]!.width : width
    if (held && header && layer !== undefined && header.layers[layer]!.end <= held.bytes.length) {
      return (
        (await this.#stored(wanted, held, header, layer, signal)) ??
        this.#arrived(wanted, await this.#fetch(image, requestedWidth, undefined, signal))
      )
    }
    return await this.#arrived(wanted, await this.#fetch(image, requestedWidth, header && held, signal))
  }

  /** Answers from the stored bytes. @returns undefined when the image was replaced since they were stored */
  async #stored(
    wanted: ImageRequest,
    held: Prefix,
    header: StrataHeader,
    layer: number,
    signal: AbortSignal,
  ): Promise<ImagePrefix | undefined> {
    const key = identity(wanted.image)
    // The file of an address with a version never changes.
    if (!this.#fresh.has(key) && !isPinnedTo(wanted.image, held.etag)) {
      const highest = Number(/\.(\d+)"$/.exec(held.etag)?.[1] ?? header.layers.length - 1)
      const width = header.layers[highest]?.width ?? wanted.width
      // Offline, the stored bytes are shown, as a browser shows its cache.
      const changed = await this.#fetches
        .run(() => revalidate(wanted.image, width, held, signal), signal)
        .catch(ignoreOffline)
      if (changed) return await this.#arrived(wanted, changed)
      this.#fresh.add(key)
    }
    const { end } = header.layers[layer]!
    const transfer = { fetched: 0, reused: end, range: undefined }
    return { bytes: held.bytes.subarray(0, end), header, layer, version: fileOf(held.etag), transfer }
  }

  async #fetch(
    image: string,
    width: number,
    held: Prefix | undefined,
    signal: AbortSignal,
  ): Promise<Fetched> {
    return await this.#fetches.run(() => fetchPrefix(image, width, held, signal), signal)
  }

  async #arrived(
    { image, width, saveData }: ImageRequest,
    { prefix, transfer }: Fetched,
  ): Promise<ImagePrefix> {
    this.#fresh.add(identity(image))
    await this.#store.put(image, prefix)
    const header = readHeader(prefix.bytes)
    const here = header.layers.filter(({ end }) => end <= prefix.bytes.length)
    // The file may have changed since `width` was chosen, and may have another ladder.
    const layer = Math.min(chooseLayer(header.layers, width, saveData), here.length - 1)
    const bytes = prefix.bytes.subarray(0, header.layers[layer]!.end)
    return { bytes, header, layer, version: fileOf(prefix.etag), transfer }
  }

  async #layersOf(image: string, signal: AbortSignal): Promise<readonly LayerSize[] | undefined> {
    return (await readInfo(image, signal))?.layers
  }
}

interface Info {
  readonly layers?: readonly LayerSize[]
  readonly placeholder?: { readonly dataUri?: string | null }
}

/** Reads the info JSON. Returns undefined when that fails, because everything works without it. */
export async function readInfo(image: string, signal: AbortSignal): Promise<Info | undefined> {
  try {
    const response = await fetch(infoAddress(image), { signal })
    if (response.status !== 200) return undefined
    const body = await readAtMost(response.body, MAX_INFO_BYTES)
    return body && (JSON.parse(new TextDecoder().decode(body)) as Info)
  } catch {
    return undefined
  }
}

function readOrUndefined({ bytes }: Prefix): StrataHeader | undefined {
  try {
    return readHeader(bytes)
  } catch {
    return undefined
  }
}

function ignoreOffline(error: unknown): undefined {
  // fetch() throws a TypeError without a network. Every other error means a cancelled or refused request.
  if (error instanceof TypeError || (error instanceof StrataError && error.status >= 500)) return undefined
  throw error
}
