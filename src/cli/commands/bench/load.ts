import { formatLoad } from '../../../bench/load/measure.ts'
import { benchLoad } from '../../../bench/load/run.ts'
import { MAX_DIMENSION } from '../../../core/limits/table.ts'
import { packageRoot, readInput } from '../../../node/files.ts'
import { defineCommand, parseInteger } from '../../command.ts'

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
    const rows = await benchLoad({
      width: parseInteger('width', args.width, 1, MAX_DIMENSION),
      connections: parseInteger('connections', args.connections, 1, 256),
      seconds: parseInteger('seconds', args.seconds, 1, 60),
      rounds: parseInteger('rounds', args.rounds, 1, 100),
      file: args.file === undefined ? undefined : await readInput(args.file),
      root: packageRoot(),
      codec: await io.codec(),
      signal: io.stopSignal(),
      progress: (text) => io.progress(text),
    })
    return { json: rows, text: formatLoad(rows) }
  },
})
