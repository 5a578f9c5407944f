import sharp from 'sharp'
import type { RgbImage } from '../../core/image.ts'
import { inked } from './glyphs.ts'
import { fractalNoise, grain, mix, valueNoise } from './noise.ts'

type Colour = readonly [number, number, number]
/** Colour of the pixel at (x, y), each channel 0 to 255; values beyond are clipped. */
type Painter = (x: number, y: number) => Colour

const WIDTH = 1600
const HEIGHT = 1067

export interface Sample {
  readonly id: string
  /** A PNG. The same on every machine, so that a second start finds it stored. */
  readonly make: () => Promise<Uint8Array>
}

/** Pictures to look at on a fresh installation: print and gradients, something like a photograph, fine structure. */
export const SAMPLES: readonly Sample[] = [
  { id: 'test-card', make: () => png(paint(WIDTH, HEIGHT, testCard(WIDTH, HEIGHT))) },
  { id: 'hills', make: () => png(paint(WIDTH, HEIGHT, hills(WIDTH, HEIGHT))) },
  { id: 'julia', make: () => png(paint(WIDTH, HEIGHT, julia(WIDTH, HEIGHT))) },
]

export function paint(width: number, height: number, painter: Painter): RgbImage {
  const data = new Uint8ClampedArray(3 * width * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) data.set(painter(x, y), i)
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

/** Colour bars, ramps, a zone plate (all frequencies), and text from large to tiny. */
export function testCard(width: number, height: number): Painter {
  const bars: Colour[] = [
    [235, 235, 235],
    [235, 235, 16],
    [16, 235, 235],
    [16, 235, 16],
    [235, 16, 235],
    [235, 16, 16],
    [16, 16, 235],
  ]
  const radius = height * 0.19
  return (x, y) => {
    const u = x / width
    const v = y / height
    if (v < 0.22) return bars[Math.floor(u * bars.length)]!
    if (v < 0.3) return [255 * u, 255 * u, 255 * u]
    if (v < 0.38) return [255 * u, 255 * (1 - u), 255 * Math.abs(2 * u - 1)]
    const distance = Math.hypot(x - width * 0.76, y - height * 0.68)
    if (distance < radius)
      return grey(127.5 + 127.5 * Math.cos((Math.PI * distance * distance) / (2 * radius)))
    return textLines(x - Math.round(width * 0.04), y - Math.round(height * 0.42))
      ? [20, 24, 40]
      : [246, 244, 236]
  }
}

function textLines(x: number, y: number): boolean {
  if (x < 0) return false
  let top = 0
  for (const [scale, text] of [
    [14, 'STRATA'],
    [7, 'ONE FILE EVERY SIZE'],
    [4, 'ABCDEFGHIJKLM NOPQRSTUVWXYZ'],
    [3, '0123456789 THE QUICK BROWN FOX JUMPS'],
    [2, 'OVER THE LAZY DOG WHILE NOBODY LOOKS AT ITS NOSE'],
    [1, 'AND THIS LINE IS AS SMALL AS LETTERS OF FIVE BY SEVEN PIXELS CAN BE'],
  ] as const) {
    if (y >= top && y < top + 8 * scale)
      return inked(text, Math.floor(x / scale), Math.floor((y - top) / scale))
    top += 12 * scale
  }
  return false
}

/** Ranges of hills in haze under an evening sky, with texture and the noise of a sensor. */
export function hills(width: number, height: number): Painter {
  const ranges = Array.from({ length: 5 }, (_, i) => {
    const level = height * (0.42 + 0.12 * i)
    return Float64Array.from({ length: width }, (_, x) => {
      return (
        level - height * (0.3 - 0.03 * i) * (fractalNoise((x / width) * (2 + 1.5 * i), i, 9, 10 * i) - 0.4)
      )
    })
  })
  return (x, y) => {
    const range = ranges.findLastIndex((ridge) => y >= ridge[x]!)
    const noise = 3 * grain(x, y, 77)
    if (range < 0) {
      const cloud = 60 * Math.max(0, fractalNoise((x / width) * 5, (y / height) * 9, 6, 400) - 0.5)
      const v = y / height
      return [
        mix(92, 250, v) + cloud + noise,
        mix(132, 190, v) + cloud + noise,
        mix(196, 150, v) + cloud + noise,
      ]
    }
    const near = range / (ranges.length - 1)
    const texture = (fractalNoise(x / 60, y / 35, 6, 500 + range) - 0.5) * (30 + 150 * near)
    const light = (valueNoise(x / 300, y / 200, 600 + range) - 0.5) * 50 * near
    const shade = texture + light + noise
    return [mix(190, 52, near) + shade, mix(160, 66, near) + shade, mix(170, 34, near) + 0.7 * shade]
  }
}

/** A Julia set of z² + c in bands of colour: edges and fine detail everywhere. */
export function julia(width: number, height: number): Painter {
  return (x, y) => {
    let a = ((x - width / 2) * 2.7) / width
    let b = ((y - height / 2) * 2.7) / width
    let steps = 0
    for (; steps < 160 && a * a + b * b < 64; steps++) [a, b] = [a * a - b * b - 0.79, 2 * a * b + 0.15]
    if (steps === 160) return [12, 10, 24]
    const t = steps - Math.log2(Math.log2(a * a + b * b) / 2)
    return [
      128 + 120 * Math.cos(0.11 * t + 3),
      128 + 110 * Math.cos(0.13 * t + 2),
      128 + 120 * Math.cos(0.09 * t + 0.5),
    ]
  }
}

function grey(value: number): Colour {
  return [value, value, value]
}

async function png({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}
