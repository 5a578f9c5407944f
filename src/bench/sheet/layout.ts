import type { RgbImage } from '../../core/image.ts'
import { GLYPH_HEIGHT, GLYPH_WIDTH, inked } from '../../pixels/glyphs.ts'
import { CROP_WIDTH } from './crops.ts'

/** Crops are drawn this many times as large. */
export const ENLARGEMENT = 2

/** One picture with lines of text above it. */
export interface SheetCell {
  readonly label: readonly string[]
  /** The enlarged picture, at most `COLUMN_WIDTH` wide. */
  readonly image: RgbImage
}

/** Rows of cells under one heading. */
export interface SheetSection {
  readonly heading: string
  readonly rows: readonly (readonly SheetCell[])[]
}

interface PlacedText {
  readonly text: string
  readonly x: number
  readonly y: number
}

interface PlacedImage {
  readonly image: RgbImage
  readonly x: number
  readonly y: number
}

/** Positions of all texts and pictures, in pixels from the upper left corner. */
interface Placement {
  readonly width: number
  readonly height: number
  readonly texts: readonly PlacedText[]
  readonly images: readonly PlacedImage[]
}

const COLUMN_WIDTH = ENLARGEMENT * CROP_WIDTH
const GAP = 8
const TEXT_SCALE = 2
/** Distances in pixels from one letter to the next, and from one line to the next. */
const ADVANCE = TEXT_SCALE * (GLYPH_WIDTH + 1)
const LINE = TEXT_SCALE * (GLYPH_HEIGHT + 2)
/** The background is dark grey, so that it hardly changes how the pictures look. */
const PAPER = 48
const INK = 232

/**
 * Places the sections below one another. Each has a heading and rows of cells in columns of one width; labels stand above
 * their pictures, and all pictures of a row start at one height. Text wider than its column or the sheet is cut off.
 */
export function placeSheet(sections: readonly SheetSection[]): Placement {
  const columns = Math.max(1, ...sections.flatMap(({ rows }) => rows.map((row) => row.length)))
  const width = GAP + columns * (COLUMN_WIDTH + GAP)
  const texts: PlacedText[] = []
  const images: PlacedImage[] = []
  let y = GAP
  for (const { heading, rows } of sections) {
    texts.push({ text: fit(heading, width - 2 * GAP), x: GAP, y })
    y += LINE + GAP
    for (const row of rows) {
      const top = y + LINE * Math.max(0, ...row.map(({ label }) => label.length))
      for (const [column, { label, image }] of row.entries()) {
        const x = GAP + column * (COLUMN_WIDTH + GAP)
        texts.push(...label.map((text, i) => ({ text: fit(text, COLUMN_WIDTH), x, y: y + i * LINE })))
        images.push({ image, x, y: top })
      }
      y = top + Math.max(0, ...row.map(({ image }) => image.height)) + GAP
    }
  }
  return { width, height: y, texts, images }
}

export function drawSheet({ width, height, texts, images }: Placement): RgbImage {
  const data = new Uint8Array(3 * width * height).fill(PAPER)
  for (const { text, x, y } of texts) drawText({ width, height, data }, text, x, y)
  for (const { image, x, y } of images) {
    for (let row = 0; row < image.height; row++) {
      const line = image.data.subarray(3 * image.width * row, 3 * image.width * (row + 1))
      data.set(line, 3 * ((y + row) * width + x))
    }
  }
  return { width, height, data }
}

function drawText(sheet: RgbImage, text: string, left: number, top: number): void {
  for (let y = 0; y < TEXT_SCALE * GLYPH_HEIGHT; y++) {
    for (let x = 0; x < ADVANCE * text.length; x++) {
      if (!inked(text, Math.floor(x / TEXT_SCALE), Math.floor(y / TEXT_SCALE))) continue
      const at = 3 * ((top + y) * sheet.width + left + x)
      sheet.data.fill(INK, at, at + 3)
    }
  }
}

function fit(text: string, width: number): string {
  return text.slice(0, Math.floor(width / ADVANCE))
}
