import type { DecodedPicture } from '../ingest/ingest.ts'

/** Pixels of a side of a tile: whole blocks of every codec. */
const TILE = 128
/** Tiles across and down. */
const TILES = 3

/**
 * Nine tiles of a picture from all over it, side by side, 384 × 384 at most: small enough to be encoded many times, and what
 * it needs of bits is near what the whole needs. A picture that is smaller in a direction is taken whole in it. Two pictures
 * of one size give the same tiles.
 */
export function montage(picture: DecodedPicture): DecodedPicture {
  const { width, height, channels, data } = picture
  const columns = places(width)
  const rows = places(height)
  if (columns.length === width && rows.length === height) return picture
  const cut = new Uint8Array(channels * columns.length * rows.length)
  let to = 0
  for (const y of rows) {
    for (const x of columns) {
      const from = channels * (y * width + x)
      for (let c = 0; c < channels; c++) cut[to++] = data[from + c]!
    }
  }
  return { width: columns.length, height: rows.length, channels, data: cut }
}

/** Which rows or columns are taken. */
function places(length: number): number[] {
  if (length <= TILE * TILES) return Array.from({ length }, (_, i) => i)
  const room = length - TILE
  return Array.from({ length: TILE * TILES }, (_, i) => {
    const tile = Math.floor(i / TILE)
    return Math.round((room * tile) / (TILES - 1)) + (i % TILE)
  })
}
