import type { RgbImage } from '../../core/image.ts'
import { defaultWidths } from '../../format/ladder.ts'
import { MAX_DIMENSION } from '../../format/layout.ts'
import { readPicture } from '../../origin/ingest.ts'
import { SAMPLE_HEIGHT, SAMPLE_WIDTH, samplePicture } from '../bench/sample-picture.ts'
import { measureSpeed } from '../bench/speed.ts'
import { formatSpeed } from '../bench/speed-report.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { readInput } from '../files.ts'

const DEFAULT_WIDTHS: readonly number[] = [640, 1280, 1920]
export const MAX_SAMPLES = 1000

export const benchSpeed = defineCommand({
  name: 'bench speed',
  description: 'Time the transcode to JPEG against AVIF and WebP',
  args: {
    widths: {
      type: 'string',
      description: 'Widths on the default ladder of the picture (default: 640,1280,1920, those it has)',
      valueHint: 'list',
    },
    picture: {
      type: 'string',
      description: 'A picture (default: a drawn one of 1920x1280)',
      valueHint: 'file',
    },
    samples: { type: 'string', default: '7', description: 'Rounds; medians are given', valueHint: 'n' },
  },
  async run(args, io) {
    const samples = parseInteger('samples', args.samples, 1, MAX_SAMPLES)
    const wanted = args.widths
      ?.split(',')
      .map((text) => parseInteger('widths', text.trim(), 1, MAX_DIMENSION))
    const image = await openPicture(args.picture)
    const widths = chooseWidths(defaultWidths(image.width), wanted)
    const rows = await measureSpeed(image, {
      widths,
      samples,
      codec: await io.codec(),
      progress: (text) => io.progress(text),
    })
    return { json: rows, text: formatSpeed(rows) }
  },
})

/** The drawn one without a path. */
export async function openPicture(path: string | undefined): Promise<RgbImage> {
  return path === undefined
    ? samplePicture(SAMPLE_WIDTH, SAMPLE_HEIGHT)
    : await readPicture(await readInput(path))
}

/** @throws StrataError USAGE when a width is not on the ladder */
export function chooseWidths(ladder: readonly number[], wanted?: readonly number[]): number[] {
  if (wanted) {
    const missing = wanted.find((width) => !ladder.includes(width))
    if (missing === undefined) return [...wanted]
    throw usage(`--widths: expected widths on the picture's ladder (${ladder.join(', ')}), got ${missing}`)
  }
  const usual = ladder.filter((width) => DEFAULT_WIDTHS.includes(width))
  return usual.length > 0 ? usual : ladder.slice(-1)
}
