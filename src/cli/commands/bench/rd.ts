import { basename, resolve } from 'node:path'
import { listPictures } from '../../../bench/folder.ts'
import { METRIC_NAMES, METRICS, metricNamed } from '../../../bench/metric.ts'
import { VARIANTS, type Variant } from '../../../bench/rd/measure.ts'
import { formatReport } from '../../../bench/rd/report.ts'
import { benchRd } from '../../../bench/rd/run.ts'
import { formatSheet } from '../../../bench/sheet/sheet.ts'
import { writeSheet } from '../../../bench/sheet/write.ts'
import { MAX_REFINE } from '../../../node/encode.ts'
import { defineCommand, parseInteger, usage } from '../../command.ts'
import { parseIntegers, parseSheetArgs, SHEET_ARGS } from './args.ts'

export const benchRdCommand = defineCommand({
  name: 'bench rd',
  description: 'Measure rate and distortion over a folder of pictures',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    out: {
      type: 'string',
      description: 'The measurements, as a JSON array (needed without --sheet)',
      valueHint: 'file',
    },
    set: { type: 'string', description: 'Name of the set (default: that of the folder)', valueHint: 'name' },
    refine: {
      type: 'string',
      default: '0',
      description: 'Gradient steps of the encoder',
      valueHint: 'steps',
    },
    qualities: { type: 'string', default: '10,25,40,55,70,85', description: 'Qualities', valueHint: 'list' },
    anchors: {
      type: 'string',
      description: 'Measurements of other codecs to compare with',
      valueHint: 'file',
    },
    metric: {
      type: 'enum',
      options: [...METRIC_NAMES, 'both'],
      default: 'both',
      description: 'What other codecs are compared by',
    },
    also: {
      type: 'string',
      description: 'Encode also: single (each level alone), dyadic (the sizes of a JPEG 2000 stream)',
      valueHint: 'list',
    },
    plot: { type: 'string', description: 'Draw the curves into this folder, as SVG', valueHint: 'dir' },
    markdown: { type: 'string', description: 'Write the figures as Markdown tables', valueHint: 'file' },
    ...SHEET_ARGS,
  },
  async run(args, io) {
    const sheetArgs = parseSheetArgs(args)
    checkOutputs(args)
    const { images, out, anchors, plot, markdown } = args
    const qualities = parseIntegers('qualities', args.qualities, 1, 100)
    const refine = parseInteger('refine', args.refine, 0, MAX_REFINE)
    const variants = parseVariants(args.also ?? '')
    const metrics = args.metric === 'both' ? METRICS : [metricNamed(args.metric)]
    const set = args.set ?? basename(resolve(images))
    const pictures = await listPictures(images)
    const shared = { codec: await io.codec(), refine, progress: (text: string) => io.progress(text) }
    const sheet = sheetArgs && (await writeSheet(pictures, { ...sheetArgs, ...shared }))
    if (out === undefined) return { json: { sheet }, text: formatSheet(sheet?.pictures ?? []) }
    const asked = { set, qualities, variants, metrics, out, anchors, plot, markdown }
    const report = await benchRd({ pictures, ...asked, ...shared })
    return { json: { out, set, ...report, ...(sheet ? { sheet } : {}) }, text: formatReport(report) }
  },
})

/** Options that need measurements, which only `--out` makes. */
const WITH_OUT = ['anchors', 'also', 'plot', 'markdown'] as const

/** @throws StrataError USAGE */
function checkOutputs(
  args: { readonly [name in 'out' | 'sheet' | (typeof WITH_OUT)[number]]?: string | undefined },
): void {
  if (args.out !== undefined) return
  if (args.sheet === undefined) throw usage('expected --out, --sheet or both, got neither')
  const wrong = WITH_OUT.find((name) => args[name] !== undefined)
  if (wrong) throw usage(`--${wrong}: expected --out with it, got --sheet alone`)
}

/** @throws StrataError USAGE */
function parseVariants(text: string): Variant[] {
  const names = text.split(',').flatMap((name) => name.trim() || [])
  const wrong = names.find((name) => !(VARIANTS as readonly string[]).includes(name))
  if (wrong === undefined) return names as Variant[]
  throw usage(`--also: expected a list of ${VARIANTS.join(', ')}, got ${JSON.stringify(wrong)}`)
}
