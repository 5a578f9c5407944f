import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Comparisons, compare } from '../bench/compare.ts'
import { listPictures, measurePicture } from '../bench/rd.ts'
import { renderMarkdown, renderPlots } from '../bench/rd-files.ts'
import { formatReport, summarize } from '../bench/report.ts'
import { type RdRow, readAnchors } from '../bench/rows.ts'
import { defineCommand, parseInteger } from '../command.ts'
import { fileError, writeOutput } from '../files.ts'

export const benchRd = defineCommand({
  name: 'bench rd',
  description: 'Measure rate and distortion over a folder of pictures',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    out: {
      type: 'string',
      required: true,
      description: 'The measurements, as a JSON array',
      valueHint: 'file',
    },
    set: { type: 'string', description: 'Name of the set (default: that of the folder)', valueHint: 'name' },
    qualities: { type: 'string', default: '10,25,40,55,70,85', description: 'Qualities', valueHint: 'list' },
    anchors: {
      type: 'string',
      description: 'Measurements of other codecs to compare with',
      valueHint: 'file',
    },
    plot: { type: 'string', description: 'Draw the curves into this folder, as SVG', valueHint: 'dir' },
    markdown: { type: 'string', description: 'Write the BD-rates as a Markdown table', valueHint: 'file' },
  },
  async run(args, io) {
    const qualities = args.qualities.split(',').map((text) => parseInteger('qualities', text.trim(), 1, 100))
    const set = args.set ?? basename(resolve(args.images))
    const anchors = args.anchors === undefined ? [] : await readAnchors(args.anchors)
    const pictures = await listPictures(args.images)
    const codec = await io.codec()
    const rows: RdRow[] = []
    for (const [i, path] of pictures.entries()) {
      const progress = (quality: number) =>
        io.progress(`${i + 1}/${pictures.length} ${basename(path)} @${quality}`)
      rows.push(...(await measurePicture(path, { set, qualities, codec, progress })))
    }
    await writeOutput(
      args.out,
      new TextEncoder().encode(`[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`),
    )
    await writeComparisons(compare(rows, anchors), set, args)
    const levels = summarize(rows, anchors)
    return { json: { out: args.out, set, rows: rows.length, levels }, text: formatReport(levels) }
  },
})

async function writeComparisons(
  comparisons: Comparisons,
  set: string,
  { plot, markdown }: { readonly plot?: string; readonly markdown?: string },
): Promise<void> {
  const files = new Map<string, string>()
  if (markdown !== undefined) files.set(markdown, renderMarkdown(set, comparisons))
  if (plot !== undefined) {
    await mkdir(plot, { recursive: true }).catch((error) => Promise.reject(fileError(plot, error)))
    for (const [name, svg] of renderPlots(comparisons)) files.set(join(plot, name), svg)
  }
  for (const [path, text] of files) await writeOutput(path, new TextEncoder().encode(text))
}
