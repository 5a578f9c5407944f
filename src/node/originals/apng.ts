import sharp from 'sharp'
import { concat, dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { encodeChunk, SIGNATURE } from '../../pixels/png/chunks.ts'
import { decodeFile } from '../pixels.ts'
import { pngChunks } from './png-chunks.ts'

/** One frame (PNG third edition §11.3.6.2), in pixels and milliseconds. */
interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly delay: number
  /** 0: it stays, 1: its place becomes transparent, 2: what was there before comes back. */
  readonly dispose: number
  /** 0: it replaces what is there, 1: it is laid over it. */
  readonly blend: number
  readonly pixels: Uint8Array[]
}

interface Animation {
  readonly width: number
  readonly height: number
  /** 0: for ever. */
  readonly loop: number
  /** The chunks that every frame needs: header, palette, transparency, colour. */
  readonly shared: readonly Uint8Array[]
  readonly frames: readonly Frame[]
}

const SHARED = ['IHDR', 'PLTE', 'tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM']

/** Frames of a PNG: 1 unless it is an animation. */
export function countApngFrames(bytes: Uint8Array): number {
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'acTL' && data.length >= 8) return Math.max(1, dataView(data).getUint32(0))
    if (type === 'IDAT') return 1
  }
  return 1
}

/**
 * An APNG as an animated WebP, frame by frame on its canvas, without loss: libvips reads only the first picture of one.
 * @throws StrataError INPUT_CORRUPT where a frame is missing or lies outside of the canvas
 */
export async function apngToWebp(bytes: Uint8Array): Promise<Uint8Array> {
  const { width, height, loop, shared, frames } = readApng(bytes)
  const size = 4 * width * height
  const stack = new Uint8Array(size * frames.length)
  let canvas = new Uint8Array(size)
  for (const [i, frame] of frames.entries()) {
    const before = canvas.slice()
    const { data, channels } = await decodeFrame(frame, shared)
    draw(canvas, width, frame, (at) => {
      const alpha = channels === 4 ? data[4 * at + 3]! : 255
      return [data[channels * at]!, data[channels * at + 1]!, data[channels * at + 2]!, alpha]
    })
    stack.set(canvas, i * size)
    if (frame.dispose === 1) draw(canvas, width, { ...frame, blend: 0 }, () => [0, 0, 0, 0])
    if (frame.dispose === 2) canvas = before
  }
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const
  const webp = sharp(stack, { raw, limitInputPixels: false, animated: true }).webp({
    lossless: true,
    effort: 1,
    loop,
    delay: frames.map(({ delay }) => delay),
  })
  return new Uint8Array(await webp.toBuffer())
}

function readApng(bytes: Uint8Array): Animation {
  const shared: Uint8Array[] = []
  const frames: Frame[] = []
  let [width, height, loop, expected] = [0, 0, 0, 0]
  for (const { type, data, whole } of pngChunks(bytes)) {
    const view = dataView(data)
    if (type === 'IHDR') [width, height] = [view.getUint32(0), view.getUint32(4)]
    if (SHARED.includes(type)) shared.push(whole)
    if (type === 'acTL') [expected, loop] = [view.getUint32(0), view.getUint32(4)]
    if (type === 'fcTL' && data.length >= 26) frames.push(readControl(view))
    // A picture before the first fcTL is for readers that know no animation.
    if (type === 'IDAT') frames.at(-1)?.pixels.push(data)
    if (type === 'fdAT') frames.at(-1)?.pixels.push(data.subarray(4))
  }
  const isWhole = frames.length === expected && frames.every(({ pixels }) => pixels.length > 0)
  const fits = frames.every((f) => f.left + f.width <= width && f.top + f.height <= height)
  if (isWhole && fits && frames.length > 0) return { width, height, loop, shared, frames }
  const got = `${frames.length}, or one that is empty or outside of the canvas`
  throw new StrataError('INPUT_CORRUPT', `picture: expected ${expected} frames, got ${got}`)
}

function readControl(view: DataView): Frame {
  const [numerator, denominator] = [view.getUint16(20), view.getUint16(22)]
  return {
    width: view.getUint32(4),
    height: view.getUint32(8),
    left: view.getUint32(12),
    top: view.getUint32(16),
    delay: Math.round((1000 * numerator) / (denominator || 100)),
    dispose: view.getUint8(24),
    blend: view.getUint8(25),
    pixels: [],
  }
}

/** A frame is a PNG of its own size once its chunks are put together. */
async function decodeFrame(frame: Frame, shared: readonly Uint8Array[]) {
  const [header, ...others] = shared
  const sized = header!.slice()
  dataView(sized).setUint32(8, frame.width)
  dataView(sized).setUint32(12, frame.height)
  const parts = [encodeChunk({ type: 'IHDR', data: sized.subarray(8, -4) }), ...others]
  const idat = encodeChunk({ type: 'IDAT', data: concat(frame.pixels) })
  try {
    return await decodeFile(
      concat([SIGNATURE, ...parts, idat, encodeChunk({ type: 'IEND', data: new Uint8Array() })]),
    )
  } catch (cause) {
    throw new StrataError('INPUT_CORRUPT', 'picture: a frame cannot be decoded', { cause })
  }
}

/** @param pixel gives R, G, B and alpha by the number of the frame's pixel */
function draw(
  canvas: Uint8Array,
  width: number,
  frame: Frame,
  pixel: (at: number) => readonly [number, number, number, number],
): void {
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const to = 4 * ((frame.top + y) * width + frame.left + x)
      const from = pixel(y * frame.width + x)
      if (frame.blend === 1) over(canvas, to, from)
      else canvas.set(from, to)
    }
  }
}

/** Lays one pixel over another, neither multiplied by its alpha (Porter and Duff). */
function over(
  canvas: Uint8Array,
  to: number,
  [r, g, b, alpha]: readonly [number, number, number, number],
): void {
  const below = (canvas[to + 3]! * (255 - alpha)) / 255
  const sum = alpha + below
  if (sum === 0) {
    canvas.fill(0, to, to + 4)
    return
  }
  for (const [c, value] of [r, g, b].entries()) {
    canvas[to + c] = Math.round((value * alpha + canvas[to + c]! * below) / sum)
  }
  canvas[to + 3] = Math.round(sum)
}
