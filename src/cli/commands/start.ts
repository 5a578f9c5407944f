import { join, resolve } from 'node:path'
import { packageRoot } from '../../node/files.ts'
import { defineCommand, parseInteger } from '../command.ts'
import { PictureFolder } from '../start/picture-folder.ts'
import { runLocally } from '../start/start.ts'

const DEFAULT_PORT = 8787
const PARENT_CHECK_MS = 1000

/** Aborts when the parent process is gone, because npm passes SIGTERM only to its shell, which does not pass it on. */
function orphaned(): AbortSignal {
  const parent = process.ppid
  const gone = new AbortController()
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    gone.abort()
  }, PARENT_CHECK_MS)
  timer.unref()
  return gone.signal
}

export const start = defineCommand({
  name: 'start',
  description:
    'Run edge and origin on this machine, for development; PORT (8787) and ORIGIN_PORT (PORT + 1) choose the ports',
  args: {
    folder: {
      type: 'positional',
      required: false,
      description:
        'Folder of pictures, with its subfolders, served at /cdn/src/local/PATH; files that change are new at once',
      valueHint: 'dir',
    },
    samples: {
      type: 'boolean',
      default: true,
      description: 'Upload sample pictures, where no folder is given',
      negativeDescription: 'No samples',
    },
    state: {
      type: 'string',
      description: 'Folder that keeps what is stored (default: .strata/state in the package)',
      valueHint: 'dir',
    },
  },
  async run(args, io) {
    const port = parseInteger('PORT', io.env.PORT || String(DEFAULT_PORT), 1, 65534)
    const originPort = parseInteger('ORIGIN_PORT', io.env.ORIGIN_PORT || String(port + 1), 1, 65535)
    const folder = args.folder === undefined ? undefined : await PictureFolder.open(args.folder)
    const root = packageRoot()
    await runLocally({
      port,
      originPort,
      root,
      cli: resolve(process.argv[1] ?? ''),
      env: { ...io.env, STRATA_ENV: 'development' },
      stop: AbortSignal.any([io.stopSignal(), orphaned()]),
      samples: args.samples,
      folder,
      state: resolve(args.state ?? join(root, '.strata', 'state')),
      print: (line) => io.err(`${line}\n`),
      onReady: (url) => io.out(args.json ? `${JSON.stringify({ ready: url })}\n` : `ready ${url}\n`),
    })
    return { json: { stopped: true }, text: '' }
  },
})
