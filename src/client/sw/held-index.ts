import { readHeader, wholeLayers } from '../../format/reader.ts'
import { IMAGE_CACHE } from '../decode/cache-names.ts'
import { type Prefix, PrefixStore, type StoreChange } from '../decode/prefix-store.ts'
import type { HeldFile } from './choose.ts'

/** Facts about an image's stored bytes, kept so that the bytes need not be read again. */
export interface HeldFacts extends HeldFile, Omit<Prefix, 'bytes'> {}

/**
 * In-memory index of the images whose layers are stored in this browser, so that a request can be decided at once. The
 * library's workers notify it when they store or delete an image.
 */
export class HeldIndex {
  readonly #store = new PrefixStore()
  /** By key; undefined until the bytes are read for the first time. */
  readonly #facts = new Map<string, HeldFacts | undefined>()
  /** Images that changed before the index was loaded. */
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

  /** Applies a change of the store. */
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

  /** Keys of stored images, the latest first. */
  get keys(): string[] {
    return [...this.#facts.keys()].reverse()
  }

  /** Facts about an image's stored bytes; undefined when nothing useful is stored. */
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

  /** Stores the bytes again, with the edge's latest `Cache-Control`. */
  async renew(key: string, prefix: Prefix): Promise<void> {
    await this.#store.put(key, prefix)
  }

  /** Deletes the bytes of an image that was replaced, or that do not decode. */
  async discard(key: string): Promise<void> {
    this.#facts.delete(key)
    await this.#store.delete(key)
  }

  /** Removes an image from the index for the lifetime of this worker. */
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
    // The placeholder is a view that would keep all bytes of the file in memory.
    const placeholder = new Uint8Array(0)
    return layers.length > 0 ? { header: { ...header, placeholder }, layers } : undefined
  } catch {
    return undefined
  }
}
