import { isDecodedBy } from '../../format/coding.ts'
import { openModelFolder } from '../../runtime/model-files.ts'
import { NOTE_MS, runBatch } from '../batch/batch.ts'
import { defineCommand, EXIT, parseInteger } from '../command.ts'
import { EDGE_ARGS, edgeTarget, TIMEOUT_ARG } from '../edge-args.ts'
import { type ListedImage, listImages } from '../edge-images.ts'
import { imageUrl } from '../edge-request.ts'
import { reencodeImage, waitFor } from '../upload-file.ts'

export const reencode = defineCommand({
  name: 'reencode',
  description:
    'Have images encoded again from their kept originals, whose files no installed model decodes any more',
  many: true,
  args: {
    id: { type: 'positional', required: false, description: 'Ids (default: all that need it)' },
    ...EDGE_ARGS,
    'model-set': {
      type: 'string',
      description: 'Set to renew for (default: the one installed here)',
      valueHint: 'id',
    },
    failed: {
      type: 'boolean',
      description:
        'Also images that could not be encoded, those aside whose original is no picture (INPUT_*)',
    },
    all: { type: 'boolean', description: 'Also images of the live set: new encoder, better files' },
    'dry-run': { type: 'boolean', description: 'Only list the images' },
    concurrency: { type: 'string', default: '4', description: 'Images in work at once', valueHint: 'n' },
    ...TIMEOUT_ARG,
  },
  async run(args, io) {
    const concurrency = parseInteger('concurrency', args.concurrency, 1, 64)
    const target = edgeTarget(args, io)
    const live = args['model-set'] ?? (await openModelFolder()).manifest.modelSet
    const ids: string[] = []
    const hopeless: string[] = []
    for await (const image of listImages(target)) {
      if (args._.length > 0 ? args._.includes(image.id) : isDue(image, live, args)) ids.push(image.id)
      else if (args.failed && args._.length === 0 && image.state === 'failed') hopeless.push(image.id)
    }
    if (hopeless.length > 0)
      io.err(`strata: left out, whose originals are no pictures: ${hopeless.join(', ')}\n`)
    const missing = args._.filter((id) => !ids.includes(id))
    for (const id of missing) io.err(`strata: no image with id ${id}\n`)
    if (args['dry-run'] || ids.length === 0) {
      const text = ids.length === 0 ? `nothing to do for model set ${live}` : ids.join('\n')
      return {
        json: { modelSet: live, ids, missing },
        text,
        exitCode: missing.length > 0 ? EXIT.failed : EXIT.ok,
      }
    }
    const result = await runBatch(
      ids,
      io,
      async (id) => {
        await reencodeImage(id, target)
        const { modelSet, bytes } = await waitFor(id, target, () => true)
        const text = `${id} -> ${imageUrl(target, id)}, model set ${modelSet}`
        return { json: { id, modelSet, bytes }, text }
      },
      { concurrency, noteMs: NOTE_MS },
    )
    return missing.length > 0 && result.exitCode === EXIT.ok ? { ...result, exitCode: EXIT.partial } : result
  },
})

/** Whether an image is encoded again for the model set `live` when the command line names no ids. */
function isDue(
  { state, modelSet, code }: ListedImage,
  live: string,
  { all, failed }: { readonly all?: boolean | undefined; readonly failed?: boolean | undefined },
): boolean {
  if (state === 'ready') return all === true || !isDecodedBy(modelSet, live)
  // Originals that are damaged or not pictures would fail again.
  return failed === true && state === 'failed' && !code?.startsWith('INPUT_')
}
