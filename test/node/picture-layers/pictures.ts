import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { encodeChunks } from '../../../src/pixels/png/chunks.ts'

type Pixel = readonly number[]

/** A PNG of what a formula says for each pixel: three values, or four with alpha. */
export async function png(
  width: number,
  height: number,
  pixel: (x: number, y: number) => Pixel,
): Promise<Uint8Array> {
  const { data, channels } = paint(width, height, pixel)
  return new Uint8Array(await sharp(data, { raw: { width, height, channels } }).png().toBuffer())
}

export function paint(width: number, height: number, pixel: (x: number, y: number) => Pixel) {
  const channels = pixel(0, 0).length as 3 | 4
  const data = new Uint8Array(channels * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set(pixel(x, y), channels * (y * width + x))
  return { width, height, channels, data }
}

/** Bars and a grid on white: few colours, straight edges. */
export const chart = (width: number, height: number) =>
  png(width, height, (x, y) => {
    if (x % 40 === 0 || y % 30 === 0) return [210, 210, 210]
    const bar = Math.floor(x / 40)
    return x % 40 > 8 && x % 40 < 32 && y > (bar * 53) % height
      ? [30, 90 + 10 * (bar % 5), 200]
      : [255, 255, 255]
  })

/** A disc on nothing, with a soft edge. */
export const logo = (side: number) =>
  png(side, side, (x, y) => {
    const distance = Math.hypot(x - side / 2, y - side / 2)
    return [220, 60, 40, Math.round(255 * Math.min(1, Math.max(0, side / 3 - distance)))]
  })

/** Frames of a square that moves over a canvas; every frame differs. */
export function movie(width: number, height: number, frames: number) {
  const stack = paint(width, height * frames, (x, y) => {
    const frame = Math.floor(y / height)
    const inside = Math.abs(x - 6 * frame - 12) < 8 && Math.abs((y % height) - height / 2) < 8
    return inside ? [255, 40 * (frame % 5), 0, 255] : [20, 40, 160, 255]
  })
  const raw = { width, height: height * frames, channels: 4, pageHeight: height } as const
  return sharp(stack.data, { raw, animated: true })
}

/** An APNG (PNG third edition §11.3.6): whole frames, or parts that are laid over or replaced. */
export function apng(
  width: number,
  height: number,
  frames: readonly {
    readonly box?: readonly [number, number, number, number]
    readonly colour: readonly [number, number, number, number]
    readonly delayMs: number
    readonly dispose?: number
    readonly blend?: number
  }[],
  loop: number,
): Uint8Array {
  const numbers = (...values: readonly (readonly [number, 1 | 2 | 4])[]) => {
    const bytes = Buffer.alloc(values.reduce((sum, [, length]) => sum + length, 0))
    let at = 0
    for (const [value, length] of values) at = bytes.writeUIntBE(value, at, length)
    return new Uint8Array(bytes)
  }
  let sequence = 0
  const chunks = frames.flatMap(
    ({ box = [0, 0, width, height], colour, delayMs, dispose = 0, blend = 0 }, i) => {
      const [left, top, w, h] = box
      const row = Buffer.from([0, ...Array.from({ length: w }, () => colour).flat()])
      const pixels = new Uint8Array(deflateSync(Buffer.concat(Array.from({ length: h }, () => row))))
      const place = ([w, h, left, top] as const).map((value) => [value, 4] as const)
      const rest = [
        [delayMs, 2],
        [1000, 2],
        [dispose, 1],
        [blend, 1],
      ] as const
      const control = { type: 'fcTL', data: numbers([sequence++, 4], ...place, ...rest) }
      if (i === 0) return [control, { type: 'IDAT', data: pixels }]
      return [control, { type: 'fdAT', data: new Uint8Array([...numbers([sequence++, 4]), ...pixels]) }]
    },
  )
  return encodeChunks([
    { type: 'IHDR', data: numbers([width, 4], [height, 4], [8, 1], [6, 1], [0, 1], [0, 1], [0, 1]) },
    { type: 'acTL', data: numbers([frames.length, 4], [loop, 4]) },
    ...chunks,
    { type: 'IEND', data: new Uint8Array() },
  ])
}
