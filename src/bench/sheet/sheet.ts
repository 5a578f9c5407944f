/**
 * `strata bench rd --sheet`: crops of pictures by several codecs at equal bytes, side by side.
 * @module
 */

import { parse } from 'node:path'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import type { RivalCodec } from '../../node/rival-files.ts'
import { psnr } from '../../pixels/judge.ts'
import { ssimulacra2 } from '../../pixels/ssimulacra2.ts'
import { benchWidths } from '../levels.ts'
import { type ChosenCrop, chooseCrops, cut, enlarge } from './crops.ts'
import { encodeToSize } from './equal-bytes.ts'
import { drawSheet, ENLARGEMENT, placeSheet, type SheetCell, type SheetSection } from './layout.ts'

/** A figure of a decoded picture against the original of its size. */
export interface SheetMeasure {
  /** Key in JSON. */
  readonly name: string
  measure(reference: RgbImage, distorted: RgbImage): number
  /** Formats a label above a picture: at most 12 characters, all of which have a glyph. */
  format(value: number): string
}

/** Figures in the label of each codec, in this order. */
export const SHEET_MEASURES: readonly SheetMeasure[] = [
  { name: 'psnr', measure: psnr, format: (value) => `${value.toFixed(2)} dB` },
  { name: 'ssimulacra2', measure: ssimulacra2, format: (value) => `SS2 ${value.toFixed(1)}` },
]

/** Codecs from left to right, after the original and ours. */
const SHEET_RIVALS: readonly RivalCodec[] = ['avif', 'webp', 'mozjpeg']

/** One codec's file of a picture. */
interface SheetFile {
  readonly codec: 'strata' | RivalCodec
  readonly quality: number
  readonly bytes: number
  /** Figures of the whole picture, by name of the measure. */
  readonly figures: Readonly<Record<string, number>>
}

/** The part of the sheet for one picture. */
export interface SheetPicture {
  /** File name without its extension. */
  readonly image: string
  readonly width: number
  readonly height: number
  readonly files: readonly SheetFile[]
  readonly crops: readonly ChosenCrop[]
}

export interface SheetOptions {
  /** Quality of our file, at all levels. */
  readonly quality: number
  /** Gradient steps of the encoder. @default 0 */
  readonly refine?: number
  readonly codec: Pick<FileCodec, 'encodeUnverified' | 'decode'>
  /** @default SHEET_MEASURES */
  readonly measures?: readonly SheetMeasure[]
  readonly progress?: (picture: number, codec: string) => void
}

interface Sheet {
  readonly image: RgbImage
  readonly pictures: readonly SheetPicture[]
}

/** A file and its decoded picture. */
interface Shown extends SheetFile {
  readonly decoded: RgbImage
}

/**
 * Draws the same crops of the original, of our file and of other codecs' files side by side, enlarged twice. Ours is the
 * prefix up to the top level; the others have as many bytes and are made from the original resized to that level.
 * @throws StrataError FILE_FAILED; INPUT_* for files that are not pictures
 */
export async function makeSheet(paths: readonly string[], options: SheetOptions): Promise<Sheet> {
  const pictures: SheetPicture[] = []
  const sections: SheetSection[] = []
  for (const [i, path] of paths.entries()) {
    const { original, shown } = await encodeAll(path, options, (codec) => options.progress?.(i, codec))
    const crops = chooseCrops(original, shown[0]!.decoded)
    const picture: SheetPicture = {
      image: parse(path).name,
      width: original.width,
      height: original.height,
      files: shown.map(({ decoded: _, ...file }) => file),
      crops,
    }
    pictures.push(picture)
    sections.push({
      heading: headingOf(picture),
      rows: crops.map((crop) => rowOf(crop, original, shown, options.measures ?? SHEET_MEASURES)),
    })
  }
  return { image: drawSheet(placeSheet(sections)), pictures }
}

/** Formats one line per picture and codec. */
export function formatSheet(pictures: readonly SheetPicture[]): string {
  const lines = pictures.flatMap(({ image, files }) =>
    files.map(({ codec, quality, bytes, figures }) => {
      const values = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(2)}`)
      return [image, codec.padEnd(8), `q${quality}`.padEnd(4), String(bytes).padStart(8), ...values].join(
        '  ',
      )
    }),
  )
  return lines.join('\n')
}

/** The decoded files of one picture, ours first. */
async function encodeAll(
  path: string,
  { quality, refine, codec, measures = SHEET_MEASURES }: SheetOptions,
  progress: (codec: string) => void,
): Promise<{ readonly original: RgbImage; readonly shown: readonly Shown[] }> {
  const bytes = await readInput(path)
  const source = await readPicture(bytes)
  const hash = (await sha256(bytes)).subarray(0, SOURCE_HASH_BYTES)
  progress('strata')
  const ladder = benchWidths(source.width, source.height).map((width) => ({ width, quality }))
  const file = await codec.encodeUnverified(source, { ladder, sha256: hash, resize: resizeLanczos, refine })
  const { index, width, height, end } = readHeader(file).layers.at(-1)!
  const original = await resizeLanczos(source, width, height)

  function show(
    name: SheetFile['codec'],
    made: { quality: number; bytes: number },
    decoded: RgbImage,
  ): Shown {
    const figures = measures.map((one) => [one.name, Number(one.measure(original, decoded).toFixed(4))])
    return { codec: name, ...made, figures: Object.fromEntries(figures), decoded }
  }

  const ours = await codec.decode(file.slice(0, end), { layer: index, runtime: 'wasm' })
  const shown = [show('strata', { quality, bytes: end }, ours)]
  for (const rival of SHEET_RIVALS) {
    progress(rival)
    const made = await encodeToSize(original, rival, end)
    const decoded = await readPicture(made.file)
    shown.push(show(rival, { quality: made.quality, bytes: made.file.length }, decoded))
  }
  return { original, shown }
}

function headingOf({ image, width, height, files }: SheetPicture): string {
  return `${capitals(image)}   ${width} X ${height}   STRATA AT QUALITY ${files[0]!.quality}   FIGURES ARE OF THE WHOLE PICTURE`
}

function rowOf(
  crop: ChosenCrop,
  original: RgbImage,
  shown: readonly Shown[],
  measures: readonly SheetMeasure[],
): SheetCell[] {
  const image = (picture: RgbImage) => enlarge(cut(picture, crop), ENLARGEMENT)
  const reason = crop.reason === 'error' ? 'OUR LARGEST ERROR' : 'LARGEST VARIANCE ELSEWHERE'
  const ours = shown[0]!.bytes
  return [
    { label: [`ORIGINAL AT ${crop.left} ${crop.top}`, reason], image: image(original) },
    ...shown.map(({ codec, bytes, figures, decoded }) => {
      const share = codec === 'strata' ? '' : ` ${percent(bytes / ours - 1)}`
      return {
        label: [
          `${capitals(codec)} ${bytes} B${share}`,
          measures.map(({ name, format }) => format(figures[name]!)).join('  '),
        ],
        image: image(decoded),
      }
    }),
  ]
}

/** Formats per cent with a sign and one decimal, in characters that have a glyph. */
function percent(share: number): string {
  const text = (100 * share).toFixed(1)
  return `${share < 0 ? '' : '+'}${text}%`
}

/** Converts text to capitals, because only capital letters have glyphs. */
function capitals(text: string): string {
  return text.toUpperCase()
}
