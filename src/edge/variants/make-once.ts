import type { ImageStore } from '../store/store.ts'
import type { Held, LeaseClient } from './lease-client.ts'
import { type JpegName, jpegKey, type PersistedJpegs } from './persisted-jpegs.ts'

/** Where all isolates find what one of them made, and how they agree on which. */
export interface Shelf {
  readonly store: Pick<ImageStore, 'readState'>
  /** Undefined: nothing is kept, so everyone makes it. */
  readonly persisted: PersistedJpegs | undefined
  /** Undefined: isolates do not wait for one another. */
  readonly leases: LeaseClient | undefined
}

export interface Made {
  /** Undefined where `make` gives nothing. */
  readonly bytes: Uint8Array | undefined
  /** Whether it was found rather than made. */
  readonly cached: boolean
  /** To be called afterwards, always: others wait for it. Puts what was made where they find it. */
  readonly keep: () => Promise<void>
}

/**
 * Finds a JPEG or makes it. With leases one isolate makes it, and the others wait until it lies in the bucket; when that
 * one fails or dies, the next takes its place.
 * @throws whatever `make` throws
 */
export async function makeOnce(
  name: JpegName,
  { store, persisted, leases }: Shelf,
  make: () => Promise<Uint8Array | undefined>,
): Promise<Made> {
  const kept = await persisted?.find(name)
  if (kept !== undefined) return found(kept)
  const held = persisted && (await leases?.take(jpegKey(name)))
  try {
    // Between the look and the lease another may have made it.
    const meanwhile = leases && (await persisted?.find(name))
    if (meanwhile !== undefined) return found(meanwhile, held)
    const bytes = await make()
    if (bytes === undefined) await held?.release(false)
    const keep = async () => {
      if (bytes !== undefined) await release(held, persisted?.keep(name, bytes, store))
    }
    return { bytes, cached: false, keep }
  } catch (error) {
    await held?.release(false)
    throw error
  }
}

function found(bytes: Uint8Array, held?: Held): Made {
  return { bytes, cached: true, keep: async () => held?.release(true) }
}

async function release(held: Held | undefined, keeping: Promise<void> | undefined): Promise<void> {
  try {
    await keeping
    await held?.release(true)
  } catch (error) {
    await held?.release(false)
    throw error
  }
}
