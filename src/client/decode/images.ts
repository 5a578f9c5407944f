import { StrataError } from '../../core/errors.ts'
import { readHeader } from '../../format/reader.ts'
import type { StrataHeader } from '../../format/types.ts'
import { identity, infoAddress, pinnedHash } from '../address.ts'
import type { Transfer } from '../messages.ts'
import { chooseLayer, type LayerSize } from '../plan.ts'
import { type Fetched, fetchPrefix, revalidate } from './fetch-prefix.ts'
import { type Prefix, PrefixStore } from './prefix-store.ts'
import { KeyedLanes, Lanes } from './limiter.ts'

/** The bytes of an image up to the layer that was asked for. */
export interface Ready {
  readonly bytes: Uint8Array
  readonly header: StrataHeader
  readonly layer: number
  /** Hash of the whole file. */
  readonly version: string
  readonly transfer: Transfer
}

export interface Wanted {
  readonly image: string
  /** Device pixels. */
  readonly width: number
  readonly saveData: boolean
}

/** A browser opens six connections to a server by HTTP/1.1, and the page's own requests need some. */
const MAX_FETCHES = 4

/** Images of a page, as far as they are here; what is missing is fetched, what is here never again. */
export class Images {
  readonly #store = new PrefixStore()
  /** Images are asked for in turn, so that two places showing one image fetch it once. */
  readonly #turns = new KeyedLanes()
  readonly #fetches = new Lanes(MAX_FETCHES)
  /** Known to be what the edge has: asked once in the life of the worker, like a page's own images. */
  readonly #fresh = new Set<string>()

  /** @throws StrataError as `fetchPrefix` */
  async get(wanted: Wanted, signal: AbortSignal): Promise<Ready> {
    return await this.#turns.run(identity(wanted.image), () => this.#get(wanted, signal), signal)
  }

  /** Forgets bytes that do not decode. */
  async discard(image: string): Promise<void> {
    this.#fresh.delete(identity(image))
    await this.#store.delete(image)
  }

  async #get(wanted: Wanted, signal: AbortSignal): Promise<Ready> {
    const { image, width, saveData } = wanted
    const held = await this.#store.get(image)
    const header = held && readOrUndefined(held)
    const layers = header?.layers ?? (saveData ? await this.#layersOf(image, signal) : undefined)
    const layer = layers && chooseLayer(layers, width, saveData)
    // The edge snaps a layer's own width to that layer.
    const asked = layers && layer !== undefined ? layers[layer]!.width : width
    if (held && header && layer !== undefined && header.layers[layer]!.end <= held.bytes.length) {
      return (
        (await this.#kept(wanted, held, header, layer, signal)) ??
        this.#arrived(wanted, await this.#fetch(image, asked, undefined, signal))
      )
    }
    return await this.#arrived(wanted, await this.#fetch(image, asked, header && held, signal))
  }

  /** @returns undefined when the image was replaced since */
  async #kept(
    wanted: Wanted,
    held: Prefix,
    header: StrataHeader,
    layer: number,
    signal: AbortSignal,
  ): Promise<Ready | undefined> {
    const key = identity(wanted.image)
    if (!this.#fresh.has(key) && !isPinned(wanted.image, held)) {
      const kept = Number(/\.(\d+)"$/.exec(held.etag)?.[1] ?? header.layers.length - 1)
      const width = header.layers[kept]?.width ?? wanted.width
      // Without a network what is here is shown, as a browser shows its cache.
      const changed = await this.#fetches
        .run(() => revalidate(wanted.image, width, held, signal), signal)
        .catch(ignoreOffline)
      if (changed) return await this.#arrived(wanted, changed)
      this.#fresh.add(key)
    }
    const { end } = header.layers[layer]!
    const transfer = { fetched: 0, reused: end, range: undefined }
    return { bytes: held.bytes.subarray(0, end), header, layer, version: versionOf(held), transfer }
  }

  async #fetch(
    image: string,
    width: number,
    held: Prefix | undefined,
    signal: AbortSignal,
  ): Promise<Fetched> {
    return await this.#fetches.run(() => fetchPrefix(image, width, held, signal), signal)
  }

  async #arrived({ image, width, saveData }: Wanted, { prefix, transfer }: Fetched): Promise<Ready> {
    this.#fresh.add(identity(image))
    await this.#store.put(image, prefix)
    const header = readHeader(prefix.bytes)
    const here = header.layers.filter(({ end }) => end <= prefix.bytes.length)
    // What was fetched is shown, also where the file changed and has another ladder now.
    const layer = Math.min(chooseLayer(header.layers, width, saveData), here.length - 1)
    const bytes = prefix.bytes.subarray(0, header.layers[layer]!.end)
    return { bytes, header, layer, version: versionOf(prefix), transfer }
  }

  async #layersOf(image: string, signal: AbortSignal): Promise<readonly LayerSize[] | undefined> {
    return (await readInfo(image, signal))?.layers
  }
}

interface Info {
  readonly layers?: readonly LayerSize[]
  readonly placeholder?: { readonly dataUri?: string | null }
}

/** The info JSON; undefined when it cannot be had: it is only ever a help. */
export async function readInfo(image: string, signal: AbortSignal): Promise<Info | undefined> {
  try {
    const response = await fetch(infoAddress(image), { signal })
    return response.status === 200 ? ((await response.json()) as Info) : undefined
  } catch {
    return undefined
  }
}

/** What is kept can be asked for by its hash, and was. */
function isPinned(image: string, { etag }: Prefix): boolean {
  const hash = pinnedHash(image)
  return hash !== undefined && etag.startsWith(`"${hash}`)
}

function versionOf({ etag }: Prefix): string {
  return etag.split('.')[0] ?? etag
}

function readOrUndefined({ bytes }: Prefix): StrataHeader | undefined {
  try {
    return readHeader(bytes)
  } catch {
    return undefined
  }
}

function ignoreOffline(error: unknown): undefined {
  // fetch() throws TypeError where there is no network; cancelled or refused is another matter.
  if (error instanceof TypeError || (error instanceof StrataError && error.status >= 500)) return undefined
  throw error
}
