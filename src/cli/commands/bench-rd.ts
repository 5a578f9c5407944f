import { basename, resolve } from 'node:path'
import { listPictures, measurePicture } from '../bench/rd.ts'
import { formatReport, summarize } from '../bench/report.ts'
import { type RdRow, readAnchors } from '../bench/rows.ts'
import { defineCommand, parseInteger } from '../command.ts'
import { writeOutput } from '../files.ts'

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
    const levels = summarize(rows, anchors)
    return { json: { out: args.out, set, rows: rows.length, levels }, text: formatReport(levels) }
  },
})
