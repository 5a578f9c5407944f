import type { RgbImage } from '../../../core/image.ts'
import { grain } from '../../../pixels/noise.ts'

/** A picture in linear light while it is painted: three numbers a pixel, 0 to about 1, rows from the top. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly light: Float32Array
}

export type Colour = readonly [red: number, green: number, blue: number]

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, light: new Float32Array(3 * width * height) }
}

/** How a camera turns light into 8-bit sRGB. */
interface Development {
  /** Factor on the light. @default 1 */
  readonly exposure?: number
  /** Standard deviation of the sensor's noise in the shadows, in steps of 1/255. @default 1.6 */
  readonly noise?: number
  /** Loss of light in the corners, 0 to 1. @default 0.25 */
  readonly vignette?: number
}

/** Exposes, rolls off the highlights, darkens the corners, adds the noise of a sensor, and rounds to sRGB. */
export function develop({ width, height, light }: Canvas, options: Development = {}): RgbImage {
  const { exposure = 1, noise = 1.6, vignette = 0.25 } = options
  const data = new Uint8ClampedArray(3 * width * height)
  const reach = Math.hypot(width, height) / 2
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const radius = Math.hypot(x - width / 2, y - height / 2) / reach
      const gain = exposure * (1 - vignette * radius * radius)
      for (let channel = 0; channel < 3; channel++, i++) {
        const value = encode(filmic(Math.max(0, light[i]! * gain)))
        data[i] = 255 * value + noise * (1.2 - 0.7 * value) * grain(x, y, 40 + channel)
      }
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

/** Light above 0.7 is compressed, so that nothing turns white at once. */
function filmic(light: number): number {
  return light < 0.7 ? light : 0.7 + 0.3 * (1 - Math.exp((0.7 - light) / 0.3))
}

/** Approximates the transfer curve of sRGB (IEC 61966-2-1). */
function encode(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055
}

/** Linear light of a colour written as in style sheets, such as 0x8a9a5b. */
export function rgb(hexadecimal: number): Colour {
  const channel = (shift: number) => decode(((hexadecimal >> shift) & 255) / 255)
  return [channel(16), channel(8), channel(0)]
}

function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

export function blend(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

export function scale([red, green, blue]: Colour, factor: number): Colour {
  return [red * factor, green * factor, blue * factor]
}

export function clamp(value: number, low = 0, high = 1): number {
  return value < low ? low : value > high ? high : value
}

/** 0 below `from`, 1 above `to`, smooth in between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}
