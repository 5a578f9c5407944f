import { dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { type Coding, pictureFormatOf } from '../coding.ts'
import { readPictureLayer } from '../layers.ts'
import { SNIFF_BYTES, sniffFormat } from '../sniff.ts'
import type { LayerInfo } from '../types.ts'
import { readAvifSize } from './avif.ts'
import { readWebpHeader } from './webp.ts'

/*
 * Checks of layers that are picture files. Such a layer is sent with the media type of its coding, and decoded into
 * memory for the size in the layer table. A forged file may declare a false coding or size, so both are checked before
 * anything is sent or allocated.
 */

/**
 * Reads a layer that is a picture file, as a view, after checking its coding and that it declares the size in the layer
 * table.
 * @throws StrataError as readPictureLayer; FORMAT_INVALID
 */
export function readCheckedPicture(file: Uint8Array, layer: LayerInfo): Uint8Array {
  const picture = readPictureLayer(file, layer)
  checkPictureType(picture, layer)
  checkPictureSize(picture, layer)
  return picture
}

/**
 * Checks that a layer has the signature of its coding. Its first SNIFF_BYTES suffice.
 * @throws StrataError FORMAT_INVALID
 */
export function checkPictureType(
  front: Uint8Array,
  { index, coding }: Pick<LayerInfo, 'index' | 'coding'>,
): void {
  const expected = pictureFormatOf(coding)
  const actual = sniffFormat(front.subarray(0, SNIFF_BYTES))
  const isAnimated = readWebpHeader(front)?.animated ?? false
  if (actual === expected && isAnimated === (coding === 'webp-animated')) return
  const got = `${isAnimated ? 'animated ' : ''}${actual ?? 'something else'}`
  throw new StrataError('FORMAT_INVALID', `layer ${index}: expected a file of coding ${coding}, got ${got}`)
}

/**
 * Checks that a picture file declares the size in the layer table, before any pixel is decoded.
 * @param picture the whole layer
 * @throws StrataError FORMAT_INVALID
 */
export function checkPictureSize(
  picture: Uint8Array,
  { index, coding, width, height }: Pick<LayerInfo, 'index' | 'coding' | 'width' | 'height'>,
): void {
  const size = declaredSize(picture, coding)
  if (size?.width === width && size.height === height) return
  const got = size ? `${size.width}x${size.height}` : 'no size that can be read'
  throw new StrataError(
    'FORMAT_INVALID',
    `layer ${index}: expected a picture of ${width}x${height}, got ${got}`,
  )
}

function declaredSize(picture: Uint8Array, coding: Coding) {
  if (coding === 'avif') return readAvifSize(picture)
  return coding === 'png' ? readPngSize(picture) : readWebpHeader(picture)
}

/** PNG, 11.2.2: IHDR is the first chunk. */
function readPngSize(file: Uint8Array) {
  if (file.length < 24 || String.fromCharCode(...file.subarray(12, 16)) !== 'IHDR') return undefined
  const view = dataView(file)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}
