import { basename } from 'node:path'
import { cpuNow } from '../../../bench/cpu-clock.ts'
import { type EncodeRow, measureEncode } from '../../../bench/encode/measure.ts'
import { formatEncode, summarizeEncode } from '../../../bench/encode/report.ts'
import { listPictures } from '../../../bench/rd/measure.ts'
import { parseParameters } from '../../../node/encode.ts'
import { defineCommand } from '../../command.ts'

export const benchEncode = defineCommand({
  name: 'bench encode',
  description: 'Measure the CPU time that encoding and verification take, by phase, against AVIF',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    quality: {
      type: 'string',
      description: 'Quality of all layers, 1 to 100 (default 60)',
      valueHint: '1..100',
    },
    widths: { type: 'string', description: 'Layers, as 640,1280,1280@80', valueHint: 'list' },
  },
  async run(args, io) {
    const parameters = parseParameters(args)
    const pictures = await listPictures(args.images)
    const codec = await io.codec()
    await codec.prepare({})
    const startSeconds = cpuNow() / 1000
    const rows: EncodeRow[] = []
    for (const [i, path] of pictures.entries()) {
      io.progress(`${i + 1}/${pictures.length} ${basename(path)}`)
      rows.push(await measureEncode(path, { parameters, codec }))
    }
    const report = summarizeEncode(rows, startSeconds)
    return { json: report, text: formatEncode(report) }
  },
})
