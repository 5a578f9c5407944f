import { DEFAULT_WIDTH } from '../../format/widths.ts'
import { type ImagePrefix, Images } from '../decode/images.ts'
import type { HeldIndex } from './held-index.ts'
import { readWanted } from './wanted.ts'

/** Result of `hold`. */
export interface Holding {
  /** Addresses whose layers are stored now. */
  readonly held: readonly string[]
  /** Addresses that are not of a picture of the CDN, or whose layers could not be fetched. */
  readonly failed: readonly string[]
}

/**
 * Fetches the missing layers for pictures of these sizes. Never rejects.
 * @param href that relative addresses are resolved against
 */
export async function hold(
  addresses: readonly string[],
  href: string,
  bases: readonly string[],
  index: HeldIndex,
): Promise<Holding> {
  const images = new Images()
  const holding = { held: [] as string[], failed: [] as string[] }
  const one = async (address: string): Promise<ImagePrefix | undefined> => {
    const wanted = readWanted(new URL(address, href).href, bases)
    if (!wanted) return undefined
    const { image, key, width = DEFAULT_WIDTH } = wanted
    const wish = { image, width, saveData: false, above: 0 }
    const file = await images.get(wish, new AbortController().signal)
    index.learn({ key, isHeld: true })
    return file
  }
  await Promise.all(
    addresses.map(async (address) => {
      const file = await one(address).catch(() => undefined)
      holding[file ? 'held' : 'failed'].push(address)
    }),
  )
  return holding
}
