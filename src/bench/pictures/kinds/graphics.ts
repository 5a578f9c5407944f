import type { DecodedPicture } from '../../../node/ingest/ingest.ts'
import { hash, valueNoise } from '../../../pixels/noise.ts'
import { Canvas, type Colour, type Position } from './canvas.ts'

const INK: Colour = [51, 51, 51]

/** Bars and two lines over a grid of one pixel, with labels. */
export function chart(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height, [255, 255, 255])
  const plot = { left: 70, top: 60, right: width - 30, bottom: height - 60 }
  canvas.text('Bytes sent by month, in GB', plot.left, 20, 20, INK)
  for (let step = 0; step <= 10; step++) {
    const y = Math.round(plot.bottom - (step / 10) * (plot.bottom - plot.top))
    canvas.rectangle(plot.left, y, plot.right - plot.left, 1, [221, 221, 221])
    canvas.text(String(10 * step).padStart(3), 30, y - 6, 12, [102, 102, 102])
  }
  const months = 24
  const step = (plot.right - plot.left) / months
  const at = (month: number, value: number): Position => [
    plot.left + (month + 0.5) * step,
    plot.bottom - value * (plot.bottom - plot.top),
  ]
  for (let month = 0; month < months; month++) {
    const x = Math.round(plot.left + month * step)
    canvas.rectangle(x, plot.top, 1, plot.bottom - plot.top, [238, 238, 238])
    const bar = Math.round((0.2 + 0.03 * month * hash(month, 0, 3)) * (plot.bottom - plot.top))
    canvas.rectangle(x + 5, plot.bottom - bar, Math.floor(step) - 10, bar, [78, 121, 167])
    canvas.text(String((month % 12) + 1).padStart(2), x + 10, plot.bottom + 10, 12, [102, 102, 102])
  }
  const lines: readonly Colour[] = [
    [242, 142, 43],
    [225, 87, 89],
  ]
  for (const [i, colour] of lines.entries()) {
    const points = Array.from({ length: months }, (_, month) =>
      at(month, 0.25 + 0.6 * valueNoise(month / 4, i, 17)),
    )
    canvas.path(points, 2, colour)
    for (const [x, y] of points) canvas.disc(x, y, 4, colour)
    canvas.rectangle(plot.right - 150, 16 + 20 * i, 14, 14, colour)
    canvas.text(i === 0 ? 'AVIF' : 'WebP', plot.right - 130, 16 + 20 * i, 13, INK)
  }
  canvas.rectangle(plot.left, plot.bottom, plot.right - plot.left, 2, INK)
  return canvas.picture()
}

/** Land, water, parks, streets with borders, and names. */
export function map(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height, [242, 239, 233])
  const blob = (x: number, y: number, radius: number, seed: number): Position[] =>
    [-4, -3, -2, -1, 0, 1, 2, 3, 4, 3, 2, 1, 0, -1, -2, -3].map((u, i) => {
      const v = i < 8 ? Math.abs(u) - 4 : 4 - Math.abs(u)
      const reach = radius * (0.7 + 0.5 * hash(i, 0, seed))
      return [x + (u / 4) * reach, y + (v / 4) * reach]
    })
  canvas.polygon(blob(width * 0.78, height * 0.3, width * 0.2, 5), [170, 211, 223])
  for (let park = 0; park < 7; park++) {
    const [x, y] = [width * hash(park, 1, 9), height * hash(park, 2, 9)]
    canvas.polygon(blob(x, y, 40 + 60 * hash(park, 3, 9), park), [200, 250, 204])
  }
  for (let house = 0; house < 500; house++) {
    const [x, y] = [hash(house, 1, 13) * width, hash(house, 2, 13) * height].map(Math.floor) as [
      number,
      number,
    ]
    canvas.rectangle(x, y, 8 + (house % 9), 6 + (house % 7), [217, 208, 201])
  }
  const river = Array.from({ length: 20 }, (_, i): Position => {
    return [(i / 19) * width, height * (0.55 + 0.25 * valueNoise(i / 4, 0, 41))]
  })
  canvas.path(river, 18, [170, 211, 223])
  const streets = Array.from({ length: 26 }, (_, i): [Position, Position, number] => {
    const tilt = 160 * (hash(i, 3, 51) - 0.5)
    const wide = i % 5 === 0 ? 10 : 4
    if (i % 2 === 0) return [[-5, height * hash(i, 1, 51)], [width + 5, height * hash(i, 1, 51) + tilt], wide]
    return [[width * hash(i, 1, 51), -5], [width * hash(i, 1, 51) + tilt, height + 5], wide]
  })
  for (const [from, to, wide] of streets) canvas.line(from, to, wide + 2, [190, 180, 170])
  for (const [from, to, wide] of streets)
    canvas.line(from, to, wide, wide > 4 ? [252, 214, 164] : [255, 255, 255])
  const names = ['Old Mill', 'Harbour', 'East Park', 'Castle', 'Station', 'Rose Hill', 'Lake Side', 'Market']
  for (const [i, name] of names.entries()) {
    const [x, y] = [20 + (width - 140) * hash(i, 1, 61), 20 + (height - 50) * hash(i, 2, 61)]
    canvas.text(name, Math.round(x) + 0.3, Math.round(y) + 0.2, i % 3 === 0 ? 18 : 13, [68, 68, 68])
  }
  return canvas.picture()
}

/** Modules per side of the code, and of the quiet zone around it: as in a QR code of version 7. */
const MODULES = 45
const QUIET = 4

/** Black squares in the pattern of a QR code: finders, timing and alignment patterns, and pseudo-random modules. */
export function qrCode(moduleSize: number): DecodedPicture {
  const side = (MODULES + 2 * QUIET) * moduleSize
  const canvas = new Canvas(side, side, [255, 255, 255])
  for (let row = 0; row < MODULES; row++) {
    for (let column = 0; column < MODULES; column++) {
      if (!isDark(column, row)) continue
      const [x, y] = [(QUIET + column) * moduleSize, (QUIET + row) * moduleSize]
      canvas.rectangle(x, y, moduleSize, moduleSize, [0, 0, 0])
    }
  }
  return canvas.picture()
}

function isDark(column: number, row: number): boolean {
  const last = MODULES - 1
  for (const [x, y] of [
    [3, 3],
    [last - 3, 3],
    [3, last - 3],
  ] as const) {
    const ring = Math.max(Math.abs(column - x), Math.abs(row - y))
    if (ring <= 4) return ring !== 2 && ring !== 4
  }
  const ring = Math.max(Math.abs(column - (last - 6)), Math.abs(row - (last - 6)))
  if (ring <= 2) return ring !== 1
  if (column === 6 || row === 6) return (column + row) % 2 === 0
  return hash(column, row, 71) < 0.5
}

/** Tiles of one colour each, side by side. */
export function swatches(columns: number, rows: number, side: number): DecodedPicture {
  const canvas = new Canvas(columns * side, rows * side)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const colour = [0, 1, 2].map((channel) => Math.floor(256 * hash(column, row, 81 + channel)))
      canvas.rectangle(column * side, row * side, side, side, colour as [number, number, number])
    }
  }
  return canvas.picture()
}
