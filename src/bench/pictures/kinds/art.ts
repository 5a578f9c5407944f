import type { DecodedPicture } from '../../../node/ingest/ingest.ts'
import { fractalNoise, grain, hash, mix, valueNoise } from '../../../pixels/noise.ts'
import { Canvas, type Colour, length, type Position } from './canvas.ts'
import { tallPage } from './screens.ts'

/** A mark of three shapes and a name, on a transparent background. */
export function logo(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height)
  const unit = height / 10
  const middle = height / 2
  canvas.disc(4 * unit, middle, 3.5 * unit, [14, 116, 144])
  canvas.polygon(
    [
      [2 * unit, middle + 2 * unit],
      [4 * unit, middle - 2.4 * unit],
      [6 * unit, middle + 2 * unit],
    ],
    [255, 255, 255],
  )
  canvas.disc(6.4 * unit, middle - 2.4 * unit, 1.6 * unit, [234, 88, 12, 200])
  canvas.text('Strata', 8.4 * unit, middle - 2 * unit, 4.4 * unit, [15, 23, 42])
  canvas.text('layers of a picture', 8.6 * unit, middle + 2 * unit, 1.4 * unit, [71, 85, 105])
  return canvas.picture()
}

/** A comic: panels in flat colours with ink outlines of one width, and speech balloons. */
export function comic(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height, [255, 255, 255])
  const ink: Colour = [17, 17, 17]
  const panel = { width: (width - 60) / 2, height: (height - 80) / 3 }
  for (let i = 0; i < 6; i++) {
    const left = Math.round(20 + (i % 2) * (panel.width + 20))
    const top = Math.round(20 + Math.floor(i / 2) * (panel.height + 20))
    const [w, h] = [Math.floor(panel.width), Math.floor(panel.height)]
    const tone = (channel: number) => 120 + Math.floor(130 * hash(i, channel, 91))
    canvas.rectangle(left, top, w, h, ink)
    canvas.rectangle(left + 4, top + 4, w - 8, h - 8, [tone(0), tone(1), tone(2)])
    canvas.rectangle(left + 4, top + Math.floor(0.7 * h), w - 8, Math.floor(0.3 * h) - 4, [
      tone(3),
      tone(4),
      90,
    ])
    // The speaker: body, head, eyes and mouth.
    const [x, y] = [left + w * (0.3 + 0.4 * hash(i, 5, 91)), top + 0.52 * h]
    const body: Position[] = [
      [x - 0.16 * w, top + h - 5],
      [x - 0.1 * w, y + 0.1 * h],
      [x + 0.1 * w, y + 0.1 * h],
      [x + 0.16 * w, top + h - 5],
    ]
    canvas.polygon(body, [tone(6), 40, tone(7)])
    canvas.path([...body, body[0]!], 4, ink)
    const head = 0.12 * h
    canvas.disc(x, y, head + 3, ink)
    canvas.disc(x, y, head, [255, 213, 170])
    for (const side of [-1, 1]) canvas.disc(x + side * 0.4 * head, y - 0.2 * head, 3.5, ink)
    canvas.path(
      [
        [x - 0.4 * head, y + 0.4 * head],
        [x, y + 0.55 * head],
        [x + 0.4 * head, y + 0.35 * head],
      ],
      3,
      ink,
    )
    canvas.disc(left + 0.32 * w, top + 0.17 * h, 0.15 * h + 3, ink)
    canvas.disc(left + 0.32 * w, top + 0.17 * h, 0.15 * h, [255, 255, 255])
    canvas.text(
      ['OH NO!', 'WHERE?', 'LOOK', 'HA HA', 'RUN!', 'THE END'][i]!,
      left + 0.18 * w,
      top + 0.14 * h,
      18,
      ink,
    )
  }
  return canvas.picture()
}

/** A scene of 16 colours, each of its pixels drawn `scale` times as large. */
export function pixelArt(columns: number, rows: number, scale: number): DecodedPicture {
  const canvas = new Canvas(columns * scale, rows * scale)
  const palette: readonly Colour[] = Array.from({ length: 16 }, (_, i) => [
    (i & 3) * 85,
    ((i * 5) & 7) * 36,
    ((i * 11) & 15) * 17,
  ])
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const ground = rows * (0.5 + 0.3 * valueNoise(column / 9, 0, 101))
      const depth = Math.floor((row - ground) / 3)
      const dither = (column + row) % 2
      const index =
        row < ground
          ? (Math.floor(row / 6) + dither * (row % 6 === 5 ? 1 : 0)) % 4
          : 5 + ((depth + dither) % 9)
      canvas.rectangle(column * scale, row * scale, scale, scale, palette[index]!)
    }
  }
  return canvas.picture()
}

/** A scanned page: grey text, the structure of paper, uneven light, noise. */
export function scan(width: number, height: number): DecodedPicture {
  const page = tallPage(width, height)
  const data = new Uint8ClampedArray(page.data.length)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const light = 0.9 + 0.06 * valueNoise(x / 700, y / 900, 111) + 0.02 * fractalNoise(x / 6, y / 6, 3, 112)
      const noise = 2.5 * grain(x, y, 113)
      for (let channel = 0; channel < 3; channel++) {
        // Neighbouring pixels blend a little, as through a lens.
        const left = page.data[Math.max(i - 3, 0) + channel]!
        const right = page.data[Math.min(i + 3, page.data.length - 3) + channel]!
        const ink = 30 + 0.88 * (0.5 * page.data[i + channel]! + 0.25 * (left + right))
        data[i + channel] = ink * light * (channel === 2 ? 0.94 : 1) + noise
      }
    }
  }
  return { width, height, channels: 3, data: new Uint8Array(data.buffer) }
}

/** Two blended ramps with a line of large text. */
export function banner(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height]
      const glow = 1 - Math.min(length(u - 0.8, (v - 0.2) / 2) / 0.6, 1)
      const colour: Colour = [
        mix(56, 192, u) + 40 * glow,
        mix(28, 38, v) + 60 * glow,
        mix(135, 211, 1 - u * v),
      ]
      canvas.blend(x, y, colour)
    }
  }
  canvas.text('Every size, one file', width * 0.06, height * 0.36, height * 0.2, [255, 255, 255])
  return canvas.picture()
}

/** A cut-out bottle with highlights, over a soft shadow on a transparent background. */
export function product(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height)
  const [x, foot] = [width / 2, height * 0.86]
  const shadow = { left: 0, top: foot - 0.1 * height, right: width, bottom: height }
  canvas.shape(
    shadow,
    (px, py) => length((px - x) / 3.2, py - foot) - 0.025 * height,
    [0, 0, 0, 110],
    0.07 * height,
  )
  const half = width * 0.13
  for (let y = Math.floor(height * 0.1); y < foot; y++) {
    const t = (y - height * 0.1) / (foot - height * 0.1)
    // Neck, shoulder, body.
    const reach = t < 0.25 ? 0.4 * half : t < 0.4 ? half * mix(0.4, 1, (t - 0.25) / 0.15) : half
    for (let px = Math.floor(x - reach - 1); px <= x + reach + 1; px++) {
      const across = (px + 0.5 - x) / reach
      const edge = Math.min(Math.max((1 - Math.abs(across)) * reach + 0.5, 0), 1)
      const shine = Math.max(0, 1 - Math.abs(across + 0.45) * 5)
      const shade = 1 - 0.6 * across * across + 0.03 * grain(px, y, 121)
      const label = t > 0.55 && t < 0.85
      const base = label ? [244, 240, 225] : [24, 98, 66]
      const colour = base.map((value) => value * shade + 120 * shine) as [number, number, number]
      canvas.blend(px, y, colour, edge)
    }
  }
  canvas.text('No. 7', x - 0.09 * width, height * 0.6, 0.06 * height, [60, 50, 40])
  return canvas.picture()
}
