import type { Size } from '../../core/box.ts'
import { dataView } from '../../core/bytes.ts'
import { BoxReader } from './box-reader.ts'
import { sequenceSize } from './sequence-header.ts'

/** Items of an AVIF file, as its boxes describe them (ISO/IEC 23008-12 §6, ISO/IEC 14496-12 §8.11). */
interface Items {
  /** `ispe` of all items. */
  readonly sizes: Size[]
  /** Ids of the items that are AV1 pictures. */
  readonly pictures: number[]
  /** Bytes of the file that each item takes. */
  readonly extents: Map<number, readonly (readonly [start: number, end: number])[]>
}

/** Boxes that contain other boxes, and the number of bytes in front of those. */
const CONTAINERS: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 }
/** Most boxes that are read; real files have far fewer. */
const MAX_BOXES = 1000

/**
 * The largest size that a file declares, in its boxes or in its AV1 streams. A decoder allocates no more than that.
 * @returns undefined when the boxes or streams cannot be read
 */
export function readAvifSize(file: Uint8Array): Size | undefined {
  const items: Items = { sizes: [], pictures: [], extents: new Map() }
  try {
    readBoxes(file, 0, file.length, items, { left: MAX_BOXES })
    const streams = items.pictures.map((id) => streamSize(file, items.extents.get(id)))
    if (items.sizes.length === 0 || streams.length === 0) return undefined
    return largest([...items.sizes, ...streams])
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Sizes that the boxes of a file declare, up to the first box that cannot be read. AV1 streams are not read. */
export function declaredAvifSizes(file: Uint8Array): readonly Size[] {
  const items: Items = { sizes: [], pictures: [], extents: new Map() }
  try {
    readBoxes(file, 0, file.length, items, { left: MAX_BOXES })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return items.sizes
}

/** @throws RangeError when a box ends behind its parent, or there are too many */
function readBoxes(file: Uint8Array, from: number, to: number, items: Items, budget: { left: number }): void {
  const view = dataView(file)
  for (let at = from; at + 8 <= to; ) {
    if (budget.left-- === 0) throw new RangeError('boxes')
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    const stored = view.getUint32(at)
    const isLong = stored === 1
    const length = isLong ? Number(view.getBigUint64(at + 8)) : stored === 0 ? to - at : stored
    const body = at + (isLong ? 16 : 8)
    const end = at + length
    if (end > to || body > end) throw new RangeError(type)
    // A decoder might show the film instead of the picture.
    if (type === 'moov') throw new RangeError(type)
    const skipped = CONTAINERS[type]
    if (skipped !== undefined) readBoxes(file, body + skipped, end, items, budget)
    else readBox(type, new BoxReader(file.subarray(body, end)), items)
    at = end
  }
}

function readBox(type: string, box: BoxReader, items: Items): void {
  if (type === 'ispe') {
    box.uint(4)
    items.sizes.push({ width: box.uint(4), height: box.uint(4) })
  } else if (type === 'iinf') readItemTypes(box, items)
  else if (type === 'iloc') readLocations(box, items)
}

/** ISO/IEC 14496-12 §8.11.6. */
function readItemTypes(box: BoxReader, { pictures }: Items): void {
  const version = box.uint(4) >>> 24
  const count = box.uint(version === 0 ? 2 : 4)
  for (let i = 0; i < count; i++) {
    const entry = box.take(box.uint(4) - 4)
    entry.uint(4) // infe
    const entryVersion = entry.uint(4) >>> 24
    if (entryVersion < 2) throw new RangeError('infe')
    const id = entry.uint(entryVersion === 2 ? 2 : 4)
    entry.uint(2)
    if (entry.text(4) === 'av01') pictures.push(id)
  }
}

/** Reads the item locations (ISO/IEC 14496-12 §8.11.3). Only items within the file itself are supported. */
function readLocations(box: BoxReader, { extents }: Items): void {
  const version = box.uint(4) >>> 24
  const sizes = box.uint(2)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const count = box.uint(version === 2 ? 4 : 2)
  for (let i = 0; i < count; i++) {
    const id = box.uint(version === 2 ? 4 : 2)
    if (version > 0 && (box.uint(2) & 15) !== 0) throw new RangeError('iloc')
    box.uint(2)
    const base = box.uint(baseBytes)
    const parts = Array.from({ length: box.uint(2) }, () => {
      box.uint(indexBytes)
      const start = base + box.uint(offsetBytes)
      return [start, start + box.uint(lengthBytes)] as const
    })
    extents.set(id, parts)
  }
}

/** @throws RangeError when the stream does not begin with a sequence header */
function streamSize(file: Uint8Array, extents: readonly (readonly [number, number])[] | undefined): Size {
  const [start, end] = extents?.[0] ?? [0, 0]
  if (extents?.length !== 1 || end > file.length) throw new RangeError('extents')
  return sequenceSize(file.subarray(start, end))
}

function largest(sizes: readonly Size[]): Size {
  return {
    width: Math.max(...sizes.map(({ width }) => width)),
    height: Math.max(...sizes.map(({ height }) => height)),
  }
}
