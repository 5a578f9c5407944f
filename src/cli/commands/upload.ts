import { CODING_CHOICES } from '../../format/coding.ts'
import { readInput } from '../../node/files.ts'
import { BATCH_ARGS, batchOptions } from '../batch/args.ts'
import { NOTE_MS, runBatch } from '../batch/batch.ts'
import { findPictures, type PictureFile } from '../batch/picture-files.ts'
import { defineCommand, usage } from '../command.ts'
import { EDGE_ARGS, edgeTarget, TIMEOUT_ARG } from '../edge-args.ts'
import { imageUrl } from '../edge-request.ts'
import { imageIds } from '../image-ids.ts'
import { putImage, waitUntilReady } from '../upload-file.ts'

export const upload = defineCommand({
  name: 'upload',
  description: 'Upload pictures to an edge and wait until they are ready',
  many: true,
  args: {
    file: { type: 'positional', required: true, description: 'Pictures, or folders of them' },
    ...EDGE_ARGS,
    id: {
      type: 'string',
      description:
        'Id of the image (default: its path below the folder, or its name, with dashes: "beach/cat.jpg" is beach--cat-jpg; spaces and the like become dashes and add 8 digits of a hash)',
      valueHint: 'id',
    },
    quality: { type: 'string', description: 'As for encode', valueHint: '1..100' },
    widths: { type: 'string', description: 'As for encode', valueHint: 'list' },
    bg: { type: 'string', description: 'As for encode', valueHint: 'rrggbb' },
    coding: { type: 'string', description: 'As for encode', valueHint: CODING_CHOICES.join('|') },
    wait: {
      type: 'boolean',
      default: true,
      description: 'Wait until ready',
      negativeDescription: 'Do not wait',
    },
    ...TIMEOUT_ARG,
    ...BATCH_ARGS,
  },
  async run(args, io) {
    const { pictures, ignored } = await findPictures(args._)
    const ids = chooseIds(pictures, args.id)
    const target = edgeTarget(args, io)
    const parameters = { quality: args.quality, widths: args.widths, bg: args.bg, coding: args.coding }
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
    return await runBatch([...ids.keys()], io, work, { ...options, ignored, noteMs: NOTE_MS })
  },
})

/** Chooses the id of each picture, by path. @throws StrataError USAGE */
function chooseIds(pictures: readonly PictureFile[], id: string | undefined): Map<string, string> {
  if (id === undefined) return imageIds(pictures)
  const [first, second] = pictures
  if (second !== undefined) throw usage(`--id: expected one picture with it, got ${pictures.length}`)
  return new Map([[first!.path, id]])
}
