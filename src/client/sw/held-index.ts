import { readHeader, wholeLayers } from '../../format/reader.ts'
import { IMAGE_CACHE } from '../decode/cache-names.ts'
import { type Prefix, PrefixStore, type StoreChange } from '../decode/prefix-store.ts'
import type { HeldFile } from './choose.ts'

/** What is known of an image's stored bytes without reading them again. */
export interface HeldFacts extends HeldFile, Omit<Prefix, 'bytes'> {}

/**
 * Which images' layers are in this browser, in memory, so that a request can be decided upon at once. The library's workers
 * tell when they store or delete one.
 */
export class HeldIndex {
  readonly #store = new PrefixStore()
  /** By key; undefined until the bytes are read for the first time. */
  readonly #facts = new Map<string, HeldFacts | undefined>()
  /** Images that have changed before the index was loaded. */
  readonly #changed = new Set<string>()
  /** Settles when the index is loaded. It never rejects. */
  readonly loaded: Promise<void>
  isLoaded = false

  constructor() {
    this.loaded = this.#load()
    if (!('BroadcastChannel' in globalThis)) return
    new BroadcastChannel(IMAGE_CACHE).onmessage = ({ data }: MessageEvent<StoreChange>) => {
      this.learn(data)
    }
  }

  /** Takes note that the store has changed. */
  learn({ key, isHeld }: StoreChange): void {
    if (!this.isLoaded) this.#changed.add(key)
    if (isHeld) this.#facts.set(key, undefined)
    else this.#facts.delete(key)
  }

  get size(): number {
    return this.#facts.size
  }

  has(key: string): boolean {
    return this.#facts.has(key)
  }

  /** Keys of held images, the one stored last first. */
  get keys(): string[] {
    return [...this.#facts.keys()].reverse()
  }

  /** What is held of an image; undefined where that is nothing of use. */
  async facts(key: string): Promise<HeldFacts | undefined> {
    return this.#facts.get(key) ?? (await this.read(key))?.facts
  }

  async read(
    key: string,
  ): Promise<{ readonly facts: HeldFacts; readonly bytes: Uint8Array<ArrayBuffer> } | undefined> {
    const prefix = await this.#store.get(key)
    const file = prefix && heldFile(prefix.bytes)
    if (!file) {
      this.#facts.delete(key)
      return undefined
    }
    const { bytes, ...rest } = prefix
    const facts = { ...rest, ...file }
    this.#facts.set(key, facts)
    return { facts, bytes }
  }

  /** Stores the bytes again, with what the edge said of them last. */
  async renew(key: string, prefix: Prefix): Promise<void> {
    await this.#store.put(key, prefix)
  }

  /** Deletes the bytes of an image that was replaced, or that do not decode. */
  async discard(key: string): Promise<void> {
    this.#facts.delete(key)
    await this.#store.delete(key)
  }

  /** Does not answer from an image again in the life of this worker. */
  forget(key: string): void {
    this.#facts.delete(key)
  }

  async #load(): Promise<void> {
    for (const key of await this.#store.keys()) if (!this.#changed.has(key)) this.#facts.set(key, undefined)
    this.#changed.clear()
    this.isLoaded = true
  }
}

function heldFile(bytes: Uint8Array): HeldFile | undefined {
  try {
    const header = readHeader(bytes)
    const layers = header.layers.slice(0, wholeLayers(header, bytes.length))
    // A view would keep all bytes of the file in memory.
    const placeholder = new Uint8Array(0)
    return layers.length > 0 ? { header: { ...header, placeholder }, layers } : undefined
  } catch {
    return undefined
  }
}
