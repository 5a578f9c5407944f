import { decodeRows } from '../../codec/compass/index.ts'
import { sumOfPixels } from '../../core/box.ts'
import { memoiseLoads } from '../../core/memoise-loads.ts'
import { StoredPng } from '../../pixels/png/stored.ts'
import { type CreateResampler, createResampler } from '../../pixels/resample.ts'
import { createWasmResampler } from '../../pixels/resample-wasm.ts'
import type { Runtime } from '../../runtime/types.ts'
import { fileOf } from '../decode/etag.ts'
import { Limiter } from '../decode/limiter.ts'
import { checkDecode } from '../decode/limits.ts'
import { plainBytes } from '../plain/worth.ts'
import type { Choice } from './choose.ts'
import type { HeldFacts } from './held-index.ts'
import { MadePictures } from './made-pictures.ts'
import { openModels } from './models.ts'

type Decode = Extract<Choice, { kind: 'decode' }>

/** Budget of the cache in bytes: about ten pictures of 1280 x 853. */
const MADE_BYTES = 32 * 1024 * 1024
/** Longest time of one decode, as in a decoding worker of a page. */
const DECODE_MS = 6000

/** Cost of decoding and of loading: pixels of all layers to decode, and bytes of the plain picture. */
interface Cost {
  readonly pixels: number
  readonly plain: number
}

/** Makes pictures from held layers, one at a time. */
export class Maker {
  readonly #assets: string
  readonly #made = new MadePictures(MADE_BYTES)
  readonly #decoding = new Limiter(1)
  readonly #queue = new Set<Cost>()
  #tools: { readonly runtime: Runtime; readonly resampler: CreateResampler } | undefined
  /** Pixels decoded per millisecond; undefined before the first picture. */
  speed: number | undefined

  /** @param assets absolute address of the folder with kernels and models */
  constructor(assets: string) {
    this.#assets = assets
  }

  /** Whether pictures can be decoded now. */
  get isReady(): boolean {
    return this.#tools !== undefined
  }

  /** Total cost of the pictures that wait or are being decoded. */
  get queue(): Cost {
    const sum = (of: keyof Cost) => [...this.#queue].reduce((total, cost) => total + cost[of], 0)
    return { pixels: sum('pixels'), plain: sum('plain') }
  }

  /** Loads kernels and models. After a failure the next call tries again. @throws StrataError MODEL_INVALID */
  readonly open = memoiseLoads<void, void>(() => this.#open())

  /** The picture, if it was made before. */
  made(facts: HeldFacts, choice: Decode): Promise<Blob> | undefined {
    return this.#made.get(keyOf(facts, choice))
  }

  /**
   * A PNG of a layer, exactly as it decodes, or resized as the edge resizes.
   * @param read reads the stored bytes when the picture is next
   * @throws StrataError MODEL_INVALID, MODEL_UNKNOWN, FORMAT_*, ENTROPY_CORRUPT, ABORTED after too long; LimitError
   */
  make(facts: HeldFacts, choice: Decode, read: () => Promise<Uint8Array>): Promise<Blob> {
    checkDecode(facts.header, choice.layer.index)
    const cost = costOf(facts, choice)
    this.#queue.add(cost)
    const picture = this.open()
      .then(() => this.#decoding.run(async () => await this.#decode(await read(), choice, cost.pixels)))
      .finally(() => this.#queue.delete(cost))
    this.#made.put(keyOf(facts, choice), picture, 3 * choice.width * choice.height)
    return picture
  }

  async #open(): Promise<void> {
    const runtime = await openModels(this.#assets)
    const resampler = runtime.kernels ? createWasmResampler(runtime.kernels) : createResampler
    this.#tools = { runtime, resampler }
  }

  async #decode(bytes: Uint8Array, { layer, width, height }: Decode, pixels: number): Promise<Blob> {
    const { runtime, resampler } = this.#tools!
    const start = performance.now()
    const png = new StoredPng(width, height)
    const isResized = width !== layer.width || height !== layer.height
    const sizes = { width: layer.width, height: layer.height, outWidth: width, outHeight: height }
    const resized = isResized ? resampler(sizes) : undefined
    const options = { runtime, layer: layer.index, signal: AbortSignal.timeout(DECODE_MS) }
    try {
      for await (const { data } of decodeRows(bytes, options)) {
        const rows = resized ? resized.write(data) : data
        if (rows) png.write(rows)
      }
    } catch (error) {
      // An overestimate, but low enough that no picture of this size is tried again.
      if (options.signal.aborted) this.speed = pixels / DECODE_MS
      throw error
    }
    this.speed = pixels / Math.max(performance.now() - start, 1)
    return new Blob([...png.finish()], { type: 'image/png' })
  }
}

export function costOf({ layers }: Pick<HeldFacts, 'layers'>, { layer, width, height }: Decode): Cost {
  const pixels = sumOfPixels(layers.slice(0, layer.index + 1))
  return { pixels, plain: plainBytes(width * height) }
}

/** The key contains the hash of the file, so a cached picture never becomes wrong. */
function keyOf({ etag }: HeldFacts, { layer, width, height }: Decode): string {
  return `${fileOf(etag)} ${layer.index} ${width}x${height}`
}
