import { formatLoad } from '../../../bench/load/measure.ts'
import { benchLoad } from '../../../bench/load/run.ts'
import { samplePicture } from '../../../bench/pictures/sample.ts'
import { sha256 } from '../../../core/hash.ts'
import { ladderFor } from '../../../format/ladder.ts'
import { MAX_DIMENSION, SOURCE_HASH_BYTES } from '../../../format/layout.ts'
import { readHeader } from '../../../format/reader.ts'
import { readInput } from '../../../node/files.ts'
import { resizeLanczos } from '../../../node/ingest.ts'
import { packageRoot } from '../../../node/package-root.ts'
import { defineCommand, parseInteger, usage } from '../../command.ts'
import type { Io } from '../../io.ts'

const SAMPLE = { width: 1280, height: 853 } as const

export const benchLoadCommand = defineCommand({
  name: 'bench load',
  description:
    'Count the answers per second of the edge Worker against a bare Worker with the same bytes in R2',
  args: {
    file: {
      type: 'string',
      description: 'A .strata file (default: a drawn picture of 1280x853, encoded first)',
      valueHint: 'file',
    },
    width: {
      type: 'string',
      default: '640',
      description: 'Width to ask for, one of the file',
      valueHint: 'w',
    },
    connections: { type: 'string', default: '16', description: 'Requests at a time', valueHint: 'n' },
    seconds: { type: 'string', default: '2', description: 'Seconds of each turn', valueHint: 'n' },
    rounds: { type: 'string', default: '4', description: 'Turns of each side', valueHint: 'n' },
  },
  async run(args, io) {
    const width = parseInteger('width', args.width, 1, MAX_DIMENSION)
    const options = {
      connections: parseInteger('connections', args.connections, 1, 256),
      seconds: parseInteger('seconds', args.seconds, 1, 60),
      rounds: parseInteger('rounds', args.rounds, 1, 100),
    }
    const file = args.file === undefined ? await encodeSample(io) : await readInput(args.file)
    const widths = readHeader(file).layers.map((layer) => layer.width)
    if (!widths.includes(width))
      throw usage(`--width: expected a width of the file (${widths.join(', ')}), got ${width}`)
    const rows = await benchLoad({
      ...{ ...options, file, width, root: packageRoot(), signal: io.stopSignal() },
      progress: (text) => io.progress(text),
    })
    return { json: rows, text: formatLoad(rows) }
  },
})

async function encodeSample(io: Io): Promise<Uint8Array> {
  io.progress('encoding')
  const image = samplePicture(SAMPLE.width, SAMPLE.height)
  const hash = (await sha256(image.data)).subarray(0, SOURCE_HASH_BYTES)
  const codec = await io.codec()
  return await codec.encodeUnverified(image, {
    ladder: ladderFor(image.width),
    sha256: hash,
    resize: resizeLanczos,
  })
}
