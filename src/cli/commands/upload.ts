import { extname } from 'node:path'
import { readInput } from '../../node/files.ts'
import { BATCH_ARGS, batchOptions } from '../batch/args.ts'
import { runBatch } from '../batch/batch.ts'
import { findPictures, type PictureFile } from '../batch/picture-files.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { idOf, imageUrl, parseBase, putImage, type UploadTarget, waitUntilReady } from '../upload-file.ts'

export const upload = defineCommand({
  name: 'upload',
  description: 'Upload pictures to an edge and wait until they are ready',
  many: true,
  args: {
    file: { type: 'positional', required: true, description: 'Pictures, or folders of them' },
    to: {
      type: 'string',
      required: true,
      description: 'Where the plugin is mounted',
      valueHint: 'http://host/cdn',
    },
    id: {
      type: 'string',
      description: 'Id of the image (default: its name; below a folder, its path there)',
      valueHint: 'id',
    },
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
    ...BATCH_ARGS,
  },
  async run(args, io) {
    const pictures = await findPictures(args._)
    const ids =
      args.id === undefined ? idsOf(pictures) : new Map(pictures.map(({ path }) => [path, args.id!]))
    const twice = [...ids.values()].find((id, i, all) => all.indexOf(id) < i)
    if (twice !== undefined)
      throw usage(`two files would get the same id, ${twice}; upload them one by one with --id`)
    const target: UploadTarget = {
      base: parseBase(args.to),
      token: args.token ?? io.env.UPLOAD_TOKEN,
      timeoutMs: 1000 * parseInteger('timeout', args.timeout, 1, 86400),
    }
    const parameters = { quality: args.quality, widths: args.widths, bg: args.bg }
    const options = await batchOptions(args, 4, async (file) => [
      target.base,
      ids.get(file),
      parameters,
      args.wait,
    ])
    const work = async (file: string) => {
      const id = ids.get(file)!
      const image = { id, bytes: await readInput(file), parameters }
      const state = await putImage(image, target)
      const url = imageUrl(target, id)
      if (!args.wait) return { json: { file, id, url, state }, text: `${file} -> ${url} (${state})` }
      const { bytes, source } = await waitUntilReady(image, target)
      return { json: { file, id, url, state: 'ready', bytes, source }, text: `${file} -> ${url}` }
    }
    return await runBatch([...ids.keys()], io, work, options)
  },
})

/** Ids by path. Files that differ only in their extension have it in their ids. */
function idsOf(pictures: readonly PictureFile[]): Map<string, string> {
  const short = pictures.map(({ name }) => idOf(name))
  const isRepeated = (id: string | undefined) => short.indexOf(id ?? '') !== short.lastIndexOf(id ?? '')
  const entries = pictures.map(({ path, name }, i): [string, string] => [
    path,
    isRepeated(short[i]) ? idOf(name + extname(path)) : idOf(name),
  ])
  return new Map(entries)
}
