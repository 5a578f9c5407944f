import { mediaTypeOf, PICTURE_FORMATS, type PictureFormat, STRATA_TYPE } from '../../format/media-type.ts'

/** What the header `Accept` of a request says. */
export interface Acceptance {
  /** Whether the client decodes .strata and prefers it. */
  readonly native: boolean
  /** Weight of each format that may be sent, above 0 and at most 1. */
  readonly weights: Readonly<Partial<Record<PictureFormat, number>>>
  /** Whether a PNG may be sent where a JPEG would lose what it holds: named or not, every program that shows pictures reads it. */
  readonly png: boolean
}

interface Item {
  readonly type: string
  readonly weight: number
}

/** RFC 9110 §12.4.2: 0 to 1 with at most three decimals. */
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/
const WILDCARDS = ['image/*', '*/*']
/** Of a JPEG that the client does not mention at all: after everything that it lists. */
const UNLISTED = 0.0001

/**
 * Reads `Accept` (RFC 9110 §12.5.1). .strata and the formats that not every program reads must be listed by name,
 * because programs that read only JPEG send wildcards too. A JPEG may be sent even to a client that does not list it,
 * unless it refuses it (`image/jpeg;q=0`). A list item that cannot be read is skipped, so a broken header means JPEG.
 */
export function readAccept(accept: string | null): Acceptance {
  if (accept === null) return { native: false, weights: { jpeg: 1 }, png: true }
  // Quoted strings may hold commas and semicolons; neither `type` nor `q` is ever quoted.
  const items = accept
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .split(',')
    .flatMap(readItem)
  const weights = Object.fromEntries(
    PICTURE_FORMATS.map((format) => [format, weightOfFormat(items, format)] as const).filter(
      ([, weight]) => weight > 0,
    ),
  )
  const native = weightOf(items, [STRATA_TYPE]) ?? 0
  const png = weightOf(items, [mediaTypeOf('png'), ...WILDCARDS]) ?? 0
  return { native: native > 0 && native >= Math.max(0, ...Object.values(weights)), weights, png: png > 0 }
}

/** The formats of a list that a client takes, the best first; of equal weights the list's order decides. */
export function rankFormats({ weights }: Acceptance, formats: readonly PictureFormat[]): PictureFormat[] {
  const weight = (format: PictureFormat) => weights[format] ?? 0
  return formats.filter((format) => weight(format) > 0).sort((a, b) => weight(b) - weight(a))
}

function weightOfFormat(items: readonly Item[], format: PictureFormat): number {
  if (format !== 'jpeg') return weightOf(items, [mediaTypeOf(format)]) ?? 0
  return weightOf(items, [mediaTypeOf(format), ...WILDCARDS]) ?? UNLISTED
}

/** The weight of the first of these media ranges that is listed; they are given most precise first. */
function weightOf(items: readonly Item[], ranges: readonly string[]): number | undefined {
  for (const range of ranges) {
    const item = items.find(({ type }) => type === range)
    if (item !== undefined) return item.weight
  }
  return undefined
}

function readItem(text: string): Item[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
  return QVALUE.test(q) ? [{ type, weight: Number(q) }] : []
}
