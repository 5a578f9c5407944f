import { dataView } from '../../core/bytes.ts'
import type { InputFormat } from '../../format/sniff.ts'

/** Code points of ITU-T H.273: how the numbers of a picture are meant where no ICC profile says it. */
export interface Cicp {
  /** H.273 §8.1: the colours of red, green, blue and white. */
  readonly primaries: number
  /** H.273 §8.2: the curve between stored values and light. */
  readonly transfer: number
}

const UNSPECIFIED = 2

/** Bytes of the header that is looked through. The metadata of a file that is shown stands before its pixels. */
const SEARCHED_BYTES = 1 << 20

/**
 * The code points that a picture's container declares: the `nclx` colour information of AVIF and HEIC (ISO/IEC 14496-12
 * §12.1.5) unless there is a profile, which then counts, or the `cICP` chunk of PNG (PNG third edition §11.3.2.6), which
 * counts more than a profile. Code points that say nothing are none.
 */
export function readCicp(format: InputFormat, bytes: Uint8Array): Cicp | undefined {
  const header = bytes.subarray(0, SEARCHED_BYTES)
  const cicp =
    format === 'png'
      ? readPngChunk(header)
      : format === 'avif' || format === 'heic'
        ? readNclx(header)
        : undefined
  return cicp?.primaries === UNSPECIFIED && cicp.transfer === UNSPECIFIED ? undefined : cicp
}

function readPngChunk(bytes: Uint8Array): Cicp | undefined {
  const view = dataView(bytes)
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = nameAt(bytes, at + 4)
    if (type === 'IDAT' || type === 'IEND') return undefined
    if (type === 'cICP' && view.getUint32(at) === 4)
      return { primaries: bytes[at + 8]!, transfer: bytes[at + 9]! }
  }
  return undefined
}

/** The first `colr` property of the file; auxiliary pictures (alpha, depth) have none. */
function readNclx(bytes: Uint8Array): Cicp | undefined {
  const meta = findBox(bytes, 0, bytes.length, 'meta')
  const iprp = meta && findBox(bytes, meta.start + 4, meta.end, 'iprp') // `meta` has a version and flags
  const ipco = iprp && findBox(bytes, iprp.start, iprp.end, 'ipco')
  let found: Cicp | undefined
  for (let at = ipco?.start; ipco && at !== undefined; ) {
    const colr = findBox(bytes, at, ipco.end, 'colr')
    if (colr === undefined) break
    const kind = nameAt(bytes, colr.start)
    if (kind === 'prof' || kind === 'rICC') return undefined
    if (kind === 'nclx' && colr.start + 8 <= colr.end) {
      const view = dataView(bytes)
      found ??= { primaries: view.getUint16(colr.start + 4), transfer: view.getUint16(colr.start + 6) }
    }
    at = colr.end
  }
  return found
}

interface Box {
  /** First byte of the content. */
  readonly start: number
  /** The byte after it. */
  readonly end: number
}

/** The first box of a type among those in [at, end). */
function findBox(bytes: Uint8Array, from: number, end: number, type: string): Box | undefined {
  const view = dataView(bytes)
  for (let at = from; at + 8 <= end; ) {
    const length = view.getUint32(at)
    // 1: a 64-bit length follows, which only pixels need. 0: up to the end of the file.
    const boxEnd = length === 0 ? end : at + length
    if (length !== 0 && length < 8) return undefined
    if (nameAt(bytes, at + 4) === type) return { start: at + 8, end: Math.min(boxEnd, end) }
    at = boxEnd
  }
  return undefined
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}
