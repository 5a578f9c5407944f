import { describe, expect, it } from 'vitest'
import { drawSheet, placeSheet, type SheetCell } from '../../../src/bench/sheet/layout.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { inked } from '../../../src/pixels/glyphs.ts'

const cell = (text: string, image: RgbImage): SheetCell => ({ label: [text, 'SECOND LINE'], image })
const large = plain(320, 240, 1)
const small = plain(60, 40, 2)

describe('placeSheet', () => {
  it('puts columns beside one another and rows and sections below', () => {
    const { width, height, images, texts } = placeSheet([
      { heading: 'FIRST', rows: [[cell('A', large), cell('B', large)], [cell('C', small)]] },
      { heading: 'SECOND', rows: [[cell('D', small), cell('E', large)]] },
    ])
    // 8 px around all, columns of 320, lines of 18: a heading takes one and a gap, a label two.
    expect(width).toBe(8 + 328 + 328)
    expect(images.map(({ x, y }) => [x, y])).toEqual([
      [8, 70],
      [336, 70],
      [8, 354],
      [8, 464],
      [336, 464],
    ])
    expect(height).toBe(464 + 240 + 8)
    expect(texts.filter(({ text }) => text !== 'SECOND LINE').map(({ text, x, y }) => [text, x, y])).toEqual([
      ['FIRST', 8, 8],
      ['A', 8, 34],
      ['B', 336, 34],
      ['C', 8, 318],
      ['SECOND', 8, 402],
      ['D', 8, 428],
      ['E', 336, 428],
    ])
    expect(texts.filter(({ text }) => text === 'SECOND LINE')[1]).toMatchObject({ x: 336, y: 52 })
  })

  it('cuts text that is too wide', () => {
    const letters = 'X'.repeat(300)
    const { texts } = placeSheet([{ heading: letters, rows: [[cell(letters, small), cell('B', small)]] }])
    expect(texts.map(({ text }) => text.length)).toEqual([54, 26, 11, 1, 11])
  })

  it('is an empty page without pictures', () => {
    expect(placeSheet([])).toEqual({ width: 336, height: 8, texts: [], images: [] })
  })
})

describe('drawSheet', () => {
  const placement = placeSheet([{ heading: 'K 1', rows: [[cell('AVIF 12.5 dB', small), cell('B', large)]] }])
  const sheet = drawSheet(placement)

  it('draws the unchanged pictures at their positions on a uniform background', () => {
    expect(sheet.data).toHaveLength(3 * placement.width * placement.height)
    for (const { image, x, y } of placement.images) {
      const corners = [
        [0, 0],
        [image.width - 1, 0],
        [0, image.height - 1],
        [image.width - 1, image.height - 1],
      ] as const
      for (const [dx, dy] of corners) {
        expect(pixel(sheet, x + dx, y + dy)).toEqual(pixel(image, dx, dy))
      }
      expect(pixel(sheet, x + image.width, y)).toEqual([48, 48, 48])
      expect(pixel(sheet, x, y + image.height)).toEqual([48, 48, 48])
    }
  })

  it('writes every label in letters of twice their size', () => {
    for (const { text, x, y } of placement.texts) {
      for (let dy = 0; dy < 14; dy++) {
        for (let dx = 0; dx < 12 * text.length; dx++) {
          const value = inked(text, dx >> 1, dy >> 1) ? 232 : 48
          expect(pixel(sheet, x + dx, y + dy)).toEqual([value, value, value])
        }
      }
    }
  })
})

describe('the glyphs', () => {
  it.each([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789d.-+%_'])('have %s', (letter) => {
    const pixels = Array.from({ length: 35 }, (_, i) => inked(letter, i % 5, Math.floor(i / 5)))
    expect(pixels).toContain(true)
  })
})

function plain(width: number, height: number, value: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(value) }
}

function pixel({ width, data }: RgbImage, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)]
}
