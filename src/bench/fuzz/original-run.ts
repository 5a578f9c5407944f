import sharp from 'sharp'
import { pictureSize } from '../../client/decode/picture-size.ts'
import { StrataError } from '../../core/errors.ts'
import { readHeader } from '../../format/reader.ts'
import { sniffFormat } from '../../format/sniff.ts'
import type { EncodePicture } from '../../node/encode.ts'
import { encodeOriginal } from '../../node/encode.ts'
import { findFocus } from '../../node/focus.ts'
import { decodePicture, type OpenPicture, openPicture } from '../../node/ingest/ingest.ts'
import { samePixels } from '../../node/pixels.ts'
import { parseRenderParameters } from '../../node/render/parameters.ts'
import { planRender } from '../../node/render/plan.ts'
import { renderPicture } from '../../node/render/render.ts'
import type { Random } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'
import { type FuzzReport, runCases } from './loop.ts'
import { ORIGINAL_CASES } from './original-cases.ts'
import { SECRET } from './original-files.ts'
import { withoutPicture } from './without-picture.ts'

/** Most pixels that are decoded. */
const SIDE = 1000
const MAX_PIXELS = SIDE * SIDE
const RENDERS = ['avif', 'webp', 'jpeg', 'png', 'gif', 'original'] as const
/** Formats of a case. Only `original` passes bytes of the file on; all others are made from pixels. */
const DRAWN = [...RENDERS, 'original', 'original'] as const
/** Share of the cases that are also encoded, which takes far longer than all other checks. */
const ENCODED = 0.01
const FOCUSED = 0.1

/** Runs the cases of `cases` seeds from `seed` on over damaged originals; a failure does not end it. */
export async function runOriginalFuzz(options: {
  readonly cases: number
  readonly seed: number
  /** Valid originals (original-files.ts). */
  readonly files: readonly Uint8Array[]
  /** Codes by COMPASS. */
  readonly encode: EncodePicture
  readonly progress?: ((done: number) => void) | undefined
  readonly onFault?: ((fault: FuzzFault) => void) | undefined
}): Promise<FuzzReport> {
  const { files, encode } = options
  const kinds = Object.entries(ORIGINAL_CASES).map(
    ([name, make]) => [name, (random: Random) => make(random, files)] as const,
  )
  // Warm up, so that libraries are loaded and the memory of the largest valid file is allocated before the first case.
  for (const file of [...files, await largestFile()]) await renderAll(file)
  return await runCases(options, {
    kinds: Object.fromEntries(kinds),
    parts: [
      renderOne,
      (file, random) => (random.chance(ENCODED) ? encodeAsPictures(file, encode) : undefined),
      decode,
    ],
    allowed: ['INPUT_CORRUPT', 'INPUT_EMPTY', 'INPUT_UNSUPPORTED'],
  })
}

/** Decodes the whole picture, and checks the size that the browser library reads before decoding. */
async function decode(file: Uint8Array, random: Random): Promise<void> {
  const picture = await openPicture(file.slice(), MAX_PIXELS)
  if (random.chance(FOCUSED)) await findFocus(picture)
  const { width, height, channels, data } = await decodePicture(picture, {})
  if (width !== picture.width || height !== picture.height || data.length !== channels * width * height)
    throw new Error(
      `${picture.width}x${picture.height} is declared, ${width}x${height} came in ${data.length} bytes`,
    )
  const said = pictureSize(file)
  if (said !== undefined && said.width * said.height < width * height)
    throw new Error(
      `the browser library reads ${said.width}x${said.height} of a picture of ${width}x${height}`,
    )
}

/** A file with the most pixels that are decoded, of 8 bytes each. */
async function largestFile(): Promise<Uint8Array> {
  const create = { width: SIDE, height: SIDE, channels: 4, background: '#3a7d' } as const
  const deep = sharp({ create }).toColourspace('rgb16').png({ compressionLevel: 1, progressive: true })
  return new Uint8Array(await deep.toBuffer())
}

async function renderAll(file: Uint8Array): Promise<void> {
  await findFocus(await openPicture(file.slice(), MAX_PIXELS))
  for (const format of RENDERS) await renderAs(file, `f=${format}&wait=1`).catch(() => undefined)
}

async function renderOne(file: Uint8Array, random: Random): Promise<void> {
  const format = random.pick(DRAWN)
  const frames = format === 'gif' || (format === 'webp' && random.chance(0.5)) ? '&frames=all' : ''
  const box = random.pick(['', '&w=16', '&w=20&h=9&fit=cover&focus=auto', '&w=30&h=30&bg=ff8800', '&h=5'])
  // Most pictures are made fast rather than small, because encoders get only pixels.
  const wait = random.chance(0.9) ? '&wait=1' : ''
  await renderAs(file, `f=${format}${frames}${box}${wait}`)
}

/** Checks that the origin's render has the requested format and contains no metadata. */
async function renderAs(file: Uint8Array, query: string): Promise<void> {
  const parameters = parseRenderParameters(new URLSearchParams(query))
  const picture = await openPicture(file.slice(), MAX_PIXELS)
  const rendered = await renderPicture(picture, planRender(picture, parameters))
  const isOriginal = parameters.format === 'original'
  const expected = isOriginal ? picture.format : parameters.format
  if (sniffFormat(rendered) !== expected) throw new Error(`${query}: ${sniffFormat(rendered)} came`)
  if (isOriginal) await checkSame(rendered, picture)
  if (Buffer.from(isOriginal ? withoutPicture(rendered) : rendered).includes(SECRET))
    throw new Error(`${query}: the metadata is in what was made`)
}

/** Checks that the sent original shows the uploaded picture. */
async function checkSame(sent: Uint8Array, picture: OpenPicture): Promise<void> {
  const [was, is] = [await decodePicture(picture, {}), await decodePicture(await openPicture(sent), {})]
  const isSame = was.width === is.width && was.height === is.height && samePixels(was, is)
  if (!isSame) throw new Error(`f=original: ${is.width}x${is.height} other pixels than were uploaded`)
}

async function encodeAsPictures(file: Uint8Array, encode: EncodePicture): Promise<void> {
  const bytes = await encodeOriginal(file.slice(), { coding: 'webp' }, { encode, maxPixels: MAX_PIXELS })
  const { layers } = readHeader(bytes)
  if (layers.length === 0) throw new StrataError('INTERNAL', 'a file without layers')
  if (Buffer.from(bytes).includes(SECRET)) throw new Error('the metadata is in the .strata file')
}
