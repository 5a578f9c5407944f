import type { ImageStore } from '../store/store.ts'
import type { HeldLease, LeaseClient } from './lease-client.ts'
import type { MadePicture } from './make-picture.ts'
import { type Variant, type VariantName, type VariantStore, variantKey } from './variant-store.ts'

/** Where isolates find what another one made, and how they agree on which of them makes it. */
interface MakeOnceServices {
  readonly store: Pick<ImageStore, 'readState'>
  /** Undefined: nothing is kept, so every isolate makes its own. */
  readonly variants: VariantStore | undefined
  /** Undefined: isolates do not wait for one another. */
  readonly leases: LeaseClient | undefined
}

interface KeptVariant {
  /** Undefined where `make` gives nothing. */
  readonly picture: Variant | undefined
  /** Puts what was made where others find it, and releases the lease. Must always be called: others wait for it. */
  readonly keep: () => Promise<void>
}

/**
 * Finds a picture or makes it. With leases one isolate makes it while the others wait until it is in the bucket; when
 * that isolate fails or dies, the next one takes its place.
 * @throws whatever `make` throws
 */
export async function makeOnce(
  name: VariantName,
  { store, variants, leases }: MakeOnceServices,
  make: () => Promise<MadePicture | undefined>,
): Promise<KeptVariant> {
  const kept = await variants?.find(name)
  if (kept !== undefined) return foundVariant(kept)
  const lease = variants && (await leases?.take(variantKey(name)))
  try {
    // Another isolate may have made it before the lease was acquired.
    const keptMeanwhile = leases && (await variants?.find(name))
    if (keptMeanwhile !== undefined) return foundVariant(keptMeanwhile, lease)
    const picture = await make()
    if (picture === undefined) await lease?.release(false)
    const keep = async () => {
      if (picture === undefined) return
      const { bytes, type = name.type, making } = picture
      await releaseAfter(variants?.keep({ ...name, type }, bytes, store, making), lease)
    }
    return { picture, keep }
  } catch (error) {
    await lease?.release(false)
    throw error
  }
}

function foundVariant(picture: Variant, lease?: HeldLease): KeptVariant {
  return { picture, keep: async () => lease?.release(true) }
}

async function releaseAfter(keeping: Promise<void> | undefined, lease: HeldLease | undefined): Promise<void> {
  try {
    await keeping
    await lease?.release(true)
  } catch (error) {
    await lease?.release(false)
    throw error
  }
}
