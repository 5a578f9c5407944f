import { pictureSize } from '../../client/decode/picture-size.ts'
import { StrataError } from '../../core/errors.ts'
import { readHeader } from '../../format/reader.ts'
import { sniffFormat } from '../../format/sniff.ts'
import type { EncodePicture } from '../../node/encode.ts'
import { encodeOriginal } from '../../node/encode.ts'
import { findFocus } from '../../node/focus.ts'
import { decodePicture, openPicture } from '../../node/ingest/ingest.ts'
import { parseRenderParameters } from '../../node/render/parameters.ts'
import { planRender } from '../../node/render/plan.ts'
import { renderPicture } from '../../node/render/render.ts'
import type { Random } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'
import { type FuzzReport, runCases } from './loop.ts'
import { ORIGINAL_CASES } from './original-cases.ts'
import { SECRET } from './original-files.ts'

/** Most pixels that are decoded: the sum of all copies of so many stays below the loop's limit of memory. */
const MAX_PIXELS = 1e6
const RENDERS = ['avif', 'webp', 'jpeg', 'png', 'gif', 'original'] as const
/** One case in so many is encoded as well, which takes as long as all the rest. */
const ENCODED = 0.05

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
  // What libraries load and keep is there before the first case.
  for (const file of files) await renderAll(file)
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

/** The whole picture, and what the browser library reads of its size before it has it decoded. */
async function decode(file: Uint8Array): Promise<void> {
  const picture = await openPicture(file.slice(), MAX_PIXELS)
  await findFocus(picture)
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

async function renderAll(file: Uint8Array): Promise<void> {
  for (const format of RENDERS) await renderAs(file, `f=${format}&w=16`).catch(() => undefined)
}

async function renderOne(file: Uint8Array, random: Random): Promise<void> {
  const format = random.pick(RENDERS)
  const frames = format === 'gif' || (format === 'webp' && random.chance(0.5)) ? '&frames=all' : ''
  const box = random.pick(['', '&w=16', '&w=20&h=9&fit=cover&focus=auto', '&w=30&h=30&bg=ff8800', '&h=5'])
  await renderAs(file, `f=${format}${frames}${box}`)
}

/** What the origin sends is of the format that was asked for, and holds nothing of the metadata. */
async function renderAs(file: Uint8Array, query: string): Promise<void> {
  const parameters = parseRenderParameters(new URLSearchParams(query))
  const picture = await openPicture(file.slice(), MAX_PIXELS)
  const rendered = await renderPicture(picture, planRender(picture, parameters))
  const expected = parameters.format === 'original' ? picture.format : parameters.format
  if (sniffFormat(rendered) !== expected) throw new Error(`${query}: ${sniffFormat(rendered)} came`)
  if (Buffer.from(rendered).includes(SECRET)) throw new Error(`${query}: the metadata is in what was made`)
}

async function encodeAsPictures(file: Uint8Array, encode: EncodePicture): Promise<void> {
  const bytes = await encodeOriginal(file.slice(), { coding: 'webp' }, { encode, maxPixels: MAX_PIXELS })
  const { layers } = readHeader(bytes)
  if (layers.length === 0) throw new StrataError('INTERNAL', 'a file without layers')
  if (Buffer.from(bytes).includes(SECRET)) throw new Error('the metadata is in the .strata file')
}
