import { MAX_DPR } from '../../core/limits/table.ts'
import { PICTURE_FORMATS, type PictureFormat } from '../../format/media-type.ts'
import { identity, imageAddress } from '../address/address.ts'
import { SIGNATURE_PARAMETERS, VARIANT_PARAMETERS } from '../address/parameters.ts'
import { parsePicturePath } from '../address/paths.ts'

/** The picture that an address requests, if layers can answer it. */
export interface Wanted {
  /** Address of the image without size and format. */
  readonly image: string
  /** Storage key of its layers. */
  readonly key: string
  /** Device pixels; undefined if the edge decides by client hints or a default. */
  readonly width: number | undefined
  readonly format: PictureFormat | 'auto'
  /** Whether the address names a quality. */
  readonly hasQuality: boolean
}

/**
 * Parameters of addresses that layers can answer. Pictures that are cropped, padded, signed or made by a preset need
 * the edge.
 */
const KNOWN: readonly string[] = ['w', 'dpr', 'q', 'f', 'fit']
const EDGE_ONLY = [...VARIANT_PARAMETERS, ...SIGNATURE_PARAMETERS].filter((name) => !KNOWN.includes(name))

/**
 * Reads the address of a plain picture as the edge reads it.
 * @param bases absolute addresses where CDNs are mounted, each with a slash at its end
 * @returns undefined for other addresses, for those that the edge refuses, and for pictures that only the edge can
 *   make
 */
export function readWanted(address: string, bases: readonly string[]): Wanted | undefined {
  const base = bases.find((each) => address.startsWith(each))
  if (base === undefined || !/^(img|src)\//.test(address.slice(base.length))) return undefined
  const { searchParams: query, pathname } = new URL(address)
  const one = (name: string) => query.get(name) ?? undefined
  const isTwice = KNOWN.some((name) => query.getAll(name).length > 1)
  if (isTwice || EDGE_ONLY.some((name) => query.has(name))) return undefined
  const [width, dpr, quality] = [one('w'), one('dpr'), one('q')]
  const isWidth = width === undefined || width === 'auto' || (/^\d{1,6}$/.test(width) && Number(width) > 0)
  const isDensity = dpr === undefined || (/^\d{1,2}(\.\d{1,4})?$/.test(dpr) && Number(dpr) > 0)
  const format = formatOf(one('f'), parsePicturePath(pathname)?.[3])
  const isPlain = (one('fit') ?? 'contain') === 'contain' && (quality === undefined || isQuality(quality))
  const image = imageAddress(address, address)
  if (!isWidth || !isDensity || !isPlain || !format || image === undefined) return undefined
  return {
    image,
    key: identity(image),
    width:
      width === undefined || width === 'auto'
        ? undefined
        : Math.max(1, Math.round(Number(width) * Math.min(Number(dpr ?? 1), MAX_DPR))),
    format,
    hasQuality: quality !== undefined,
  }
}

function isQuality(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100
}

/** @returns undefined for `native`, for unknown formats, and when parameter and extension differ */
function formatOf(parameter = 'auto', extension?: string): Wanted['format'] | undefined {
  const named = extension?.slice(1).replace(/^jpg$/, 'jpeg')
  if (named !== undefined && parameter !== 'auto' && parameter !== named) return undefined
  const format = named ?? parameter
  return format === 'auto' ? format : PICTURE_FORMATS.find((each) => each === format)
}
