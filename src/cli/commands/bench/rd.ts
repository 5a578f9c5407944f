import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { METRIC_NAMES, METRICS, metricNamed } from '../../../bench/metric.ts'
import { compare } from '../../../bench/rd/compare.ts'
import { renderMarkdown, renderPlots } from '../../../bench/rd/files.ts'
import { listPictures, measurePicture, VARIANTS, type Variant } from '../../../bench/rd/measure.ts'
import { formatReport, summarize } from '../../../bench/rd/report.ts'
import { type RdRow, readAnchors } from '../../../bench/rd/rows.ts'
import { formatSheet } from '../../../bench/sheet/sheet.ts'
import { writeSheet } from '../../../bench/sheet/write.ts'
import { MAX_REFINE } from '../../../node/encode.ts'
import { fileError, writeOutput } from '../../../node/files.ts'
import { defineCommand, parseInteger, usage } from '../../command.ts'
import { parseSheetArgs, SHEET_ARGS } from './sheet-args.ts'

export const benchRd = defineCommand({
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
    const qualities = args.qualities.split(',').map((text) => parseInteger('qualities', text.trim(), 1, 100))
    const refine = parseInteger('refine', args.refine, 0, MAX_REFINE)
    const variants = parseVariants(args.also ?? '')
    const set = args.set ?? basename(resolve(args.images))
    const anchors = args.anchors === undefined ? [] : await readAnchors(args.anchors)
    const pictures = await listPictures(args.images)
    const codec = await io.codec()
    const sheet = sheetArgs && (await writeSheet(pictures, { ...sheetArgs, refine, codec }, io))
    if (args.out === undefined) return { json: { sheet }, text: formatSheet(sheet?.pictures ?? []) }
    const rows: RdRow[] = []
    for (const [i, path] of pictures.entries()) {
      const progress = (quality: number) =>
        io.progress(`${i + 1}/${pictures.length} ${basename(path)} @${quality}`)
      rows.push(...(await measurePicture(path, { set, qualities, refine, variants, codec, progress })))
    }
    await writeOutput(
      args.out,
      new TextEncoder().encode(`[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`),
    )
    const metrics = args.metric === 'both' ? METRICS : [metricNamed(args.metric)]
    const compared = metrics.map((metric) => compare(rows, anchors, metric))
    const report = summarize(rows, compared)
    const files = new Map<string, string>()
    if (args.markdown !== undefined) {
      files.set(args.markdown, renderMarkdown(set, report.levels, compared))
    }
    if (args.plot !== undefined) {
      const folder = args.plot
      await mkdir(folder, { recursive: true }).catch((error) => Promise.reject(fileError(folder, error)))
      for (const [name, svg] of compared.flatMap((comparisons) => [...renderPlots(comparisons)])) {
        files.set(join(folder, name), svg)
      }
    }
    for (const [path, text] of files) await writeOutput(path, new TextEncoder().encode(text))
    const json = { out: args.out, set, rows: rows.length, ...report, ...(sheet ? { sheet } : {}) }
    return { json, text: formatReport(report) }
  },
})

/** Options that say something of the measurements, of which there are none without `--out`. */
const WITH_OUT = ['anchors', 'also', 'plot', 'markdown'] as const

/** @throws StrataError USAGE */
function checkOutputs(
  args: { readonly [name in 'out' | 'sheet' | (typeof WITH_OUT)[number]]?: string },
): void {
  if (args.out !== undefined) return
  if (args.sheet === undefined) throw usage('expected --out, --sheet or both, got neither')
  const wrong = WITH_OUT.find((name) => args[name] !== undefined)
  if (wrong) throw usage(`--${wrong}: expected --out with it, got --sheet alone`)
}

/** @throws StrataError USAGE */
export function parseVariants(text: string): Variant[] {
  const names = text.split(',').flatMap((name) => name.trim() || [])
  const wrong = names.find((name) => !(VARIANTS as readonly string[]).includes(name))
  if (wrong === undefined) return names as Variant[]
  throw usage(`--also: expected a list of ${VARIANTS.join(', ')}, got ${JSON.stringify(wrong)}`)
}
