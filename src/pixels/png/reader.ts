import { StrataError } from '../../core/errors.ts'
import { isPng, readChunks } from './chunks.ts'
import { type Pass, type PngHeader, passesOf, readPngHeader } from './passes.ts'
import { bitsPerPixel, createExpander, type PngSamples } from './samples.ts'
import { unfilterRow } from './unfilter.ts'

/**
 * Unpacks a zlib stream (RFC 1950) in parts to exactly `length` bytes. It must stop soon after `length` bytes, because
 * a forged stream may hold far more.
 * @throws anything when the stream is damaged, ends early or holds more
 */
export type Inflate = (parts: readonly Uint8Array[], length: number) => Uint8Array | Promise<Uint8Array>

/**
 * Decodes a PNG file of any kind to interleaved 8-bit R, G, B, A; colour profiles are not applied.
 * @param maxPixels a larger picture is refused before memory is allocated for it
 * @param inflate unpacks the rows. @default DecompressionStream
 * @throws StrataError INPUT_CORRUPT, INPUT_TOO_LARGE
 */
export async function readPng(
  file: Uint8Array,
  maxPixels: number,
  inflate: Inflate = inflateStream,
): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8Array }> {
  if (!isPng(file)) throw corrupt('the signature is missing')
  const chunks = readChunks(file)
  const first = (type: string) => chunks.find((chunk) => chunk.type === type)?.data ?? new Uint8Array(0)
  const header = readPngHeader(chunks[0]?.type === 'IHDR' ? chunks[0].data : new Uint8Array(0))
  const { width, height } = header
  if (width * height > maxPixels) {
    throw new StrataError(
      'INPUT_TOO_LARGE',
      `PNG: expected at most ${maxPixels} pixels, got ${width}x${height}`,
    )
  }
  const passes = passesOf(header)
  const length = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0)
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data)
  const raw = await inflated(inflate, data, length)
  const samples = { ...header, palette: first('PLTE'), transparency: first('tRNS') }
  return { width, height, data: expandPasses(raw, passes, samples, header) }
}

function expandPasses(
  raw: Uint8Array,
  passes: readonly Pass[],
  samples: PngSamples,
  { width, height }: PngHeader,
) {
  const out = new Uint8Array(4 * width * height)
  const expand = createExpander(samples)
  const step = Math.max(1, bitsPerPixel(samples) >> 3)
  let at = 0
  for (const { left, top, stepX, stepY, columns, rows, rowBytes } of passes) {
    let above: Uint8Array = new Uint8Array(rowBytes)
    for (let row = 0; row < rows; row++) {
      const filter = raw[at]!
      const line = raw.subarray(at + 1, at + 1 + rowBytes)
      unfilterRow(filter, line, above, step)
      expand(line, columns, out, 4 * ((top + row * stepY) * width + left), 4 * stepX)
      above = line
      at += 1 + rowBytes
    }
  }
  return out
}

/** Exactly `length` bytes. @throws StrataError INPUT_CORRUPT */
async function inflated(inflate: Inflate, parts: readonly Uint8Array[], length: number): Promise<Uint8Array> {
  let raw: Uint8Array
  try {
    raw = await inflate(parts, length)
  } catch (cause) {
    if (cause instanceof StrataError) throw cause
    throw new StrataError('INPUT_CORRUPT', 'PNG: the compressed pixels are damaged', { cause })
  }
  if (raw.length !== length) throw corrupt(`expected ${length} bytes of pixels, got ${raw.length}`)
  return raw
}

const inflateStream: Inflate = async (parts, length) => {
  const out = new Uint8Array(length)
  let at = 0
  const packed = new Blob(parts as Uint8Array<ArrayBuffer>[])
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return out.subarray(0, at)
    if (at + value.length > length) {
      await reader.cancel()
      throw corrupt(`the pixels take more than ${length} bytes`)
    }
    out.set(value, at)
    at += value.length
  }
}

function corrupt(what: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `PNG: ${what}`)
}
