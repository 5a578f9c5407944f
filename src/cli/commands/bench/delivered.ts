import { basename } from 'node:path'
import { type DeliveredRow, measureDelivered } from '../../../bench/delivered/measure.ts'
import { formatDelivered, summarizeDelivered } from '../../../bench/delivered/report.ts'
import { METRIC_ARGUMENT, metricNamed } from '../../../bench/metric.ts'
import { listPictures } from '../../../bench/rd/measure.ts'
import { decodeRows } from '../../../codec/compass/decode.ts'
import { StrataError } from '../../../core/errors.ts'
import { createRuntime } from '../../../node/compose.ts'
import { loadRescaler } from '../../../node/rescalers.ts'
import { createWasmJpeg } from '../../../pixels/jpeg/forward-wasm.ts'
import { defineCommand, parseInteger } from '../../command.ts'

export const benchDelivered = defineCommand({
  name: 'bench delivered',
  description: 'Measure the bytes that each width takes, against MozJPEG, WebP and AVIF that look as good',
  args: {
    images: { type: 'string', required: true, description: 'Folder of pictures', valueHint: 'dir' },
    quality: { type: 'string', default: '60', description: 'Quality of the layers', valueHint: '1..100' },
    'jpeg-quality': { type: 'string', default: '75', description: 'Quality of JPEGs', valueHint: '1..100' },
    metric: METRIC_ARGUMENT,
  },
  async run(args, io) {
    const quality = parseInteger('quality', args.quality, 1, 100)
    const jpegQuality = parseInteger('jpeg-quality', args['jpeg-quality'], 1, 100)
    const metric = metricNamed(args.metric)
    const pictures = await listPictures(args.images)
    const runtime = await createRuntime('wasm')
    const rescaler = await loadRescaler('hyperthumbnail', 2)
    if (!rescaler) throw new StrataError('MODEL_INVALID', 'this installation holds no model for thumbnails')
    const codec = await io.codec()
    const rows: DeliveredRow[] = []
    for (const [i, path] of pictures.entries()) {
      const found = await measureDelivered(path, {
        ...{ metric, quality, jpegQuality, codec, rescaler },
        kernel: runtime.kernels && createWasmJpeg(runtime.kernels),
        decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime }),
        progress: (width) => io.progress(`${i + 1}/${pictures.length} ${basename(path)} ${width}`),
      })
      rows.push(...found)
    }
    const report = summarizeDelivered(rows)
    return { json: { metric, ...report, rows }, text: formatDelivered(report) }
  },
})
