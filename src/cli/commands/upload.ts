import { runBatch } from '../batch.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { readInput } from '../files.ts'
import { idOf, imageUrl, putImage, type UploadTarget, waitUntilReady } from '../upload-file.ts'

export const upload = defineCommand({
  name: 'upload',
  description: 'Upload pictures to an edge and wait until they are ready',
  many: true,
  args: {
    file: { type: 'positional', required: true, description: 'Pictures' },
    to: {
      type: 'string',
      required: true,
      description: 'Where the plugin is mounted',
      valueHint: 'http://host/cdn',
    },
    id: { type: 'string', description: 'Id of the image (default: the name of the file)', valueHint: 'id' },
    token: { type: 'string', description: 'Upload token (default: UPLOAD_TOKEN)', valueHint: 'token' },
    quality: { type: 'string', description: 'As for encode', valueHint: '1..100' },
    widths: { type: 'string', description: 'As for encode', valueHint: 'list' },
    bg: { type: 'string', description: 'As for encode', valueHint: 'rrggbb' },
    wait: {
      type: 'boolean',
      default: true,
      description: 'Wait until ready',
      negativeDescription: 'Do not wait',
    },
    timeout: {
      type: 'string',
      default: '300',
      description: 'Seconds to wait for each',
      valueHint: 'seconds',
    },
  },
  async run(args, io) {
    const files = [...new Set(args._)]
    const ids = new Map(files.map((file) => [args.id ?? idOf(file), file]))
    if (ids.size < files.length)
      throw usage('two files would get the same id; upload them one by one with --id')
    const target: UploadTarget = {
      base: parseBase(args.to),
      token: args.token ?? io.env.UPLOAD_TOKEN,
      timeoutMs: 1000 * parseInteger('timeout', args.timeout, 1, 86400),
    }
    const parameters = { quality: args.quality, widths: args.widths, bg: args.bg }
    return await runBatch(files, io, async (file) => {
      const id = args.id ?? idOf(file)
      const image = { id, bytes: await readInput(file), parameters }
      await putImage(image, target)
      const url = imageUrl(target, id)
      if (!args.wait)
        return { json: { file, id, url, state: 'pending' }, text: `${file} -> ${url} (not ready yet)` }
      const { bytes, source } = await waitUntilReady(image, target)
      return { json: { file, id, url, state: 'ready', bytes, source }, text: `${file} -> ${url}` }
    })
  },
})

function parseBase(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw usage(`--to: expected an address such as http://host/cdn, got ${JSON.stringify(text)}`)
}
