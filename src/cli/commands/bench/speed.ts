import { openPicture } from '../../../bench/pictures/sample.ts'
import { measureSpeed } from '../../../bench/speed/measure.ts'
import { formatSpeed } from '../../../bench/speed/report.ts'
import { MAX_DIMENSION } from '../../../core/limits/table.ts'
import { defaultWidths } from '../../../format/ladder.ts'
import { defineCommand, usage } from '../../command.ts'
import { parseIntegers, parseSamples, TIMING_ARGS } from './args.ts'

const DEFAULT_WIDTHS: readonly number[] = [640, 1280, 1920]

export const benchSpeedCommand = defineCommand({
  name: 'bench speed',
  description: 'Time the transcode to JPEG against AVIF and WebP',
  args: {
    widths: {
      type: 'string',
      description: 'Widths on the default ladder of the picture (default: 640,1280,1920, those it has)',
      valueHint: 'list',
    },
    ...TIMING_ARGS,
  },
  async run(args, io) {
    const samples = parseSamples(args.samples)
    const wanted =
      args.widths === undefined ? undefined : parseIntegers('widths', args.widths, 1, MAX_DIMENSION)
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
