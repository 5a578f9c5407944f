import { openModelFolder } from '../../runtime/model-files.ts'
import { runBatch } from '../batch/batch.ts'
import { defineCommand, EXIT, parseInteger } from '../command.ts'
import { imageUrl, listImages, parseBase, reencodeImage, type UploadTarget, waitFor } from '../upload-file.ts'

export const reencode = defineCommand({
  name: 'reencode',
  description:
    'Have images encoded again from their kept originals, whose files no installed model decodes any more',
  many: true,
  args: {
    id: { type: 'positional', required: false, description: 'Ids (default: all that need it)' },
    to: {
      type: 'string',
      required: true,
      description: 'Where the plugin is mounted',
      valueHint: 'http://host/cdn',
    },
    token: { type: 'string', description: 'Upload token (default: UPLOAD_TOKEN)', valueHint: 'token' },
    'model-set': {
      type: 'string',
      description: 'Set to renew for (default: the one installed here)',
      valueHint: 'id',
    },
    failed: { type: 'boolean', description: 'Also images that could not be encoded' },
    all: { type: 'boolean', description: 'Also images of the live set: new encoder, better files' },
    'dry-run': { type: 'boolean', description: 'Only list the images' },
    concurrency: { type: 'string', default: '4', description: 'Images in work at once', valueHint: 'n' },
    timeout: {
      type: 'string',
      default: '300',
      description: 'Seconds to wait for each',
      valueHint: 'seconds',
    },
  },
  async run(args, io) {
    const concurrency = parseInteger('concurrency', args.concurrency, 1, 64)
    const target: UploadTarget = {
      base: parseBase(args.to),
      token: args.token ?? io.env.UPLOAD_TOKEN,
      timeoutMs: 1000 * parseInteger('timeout', args.timeout, 1, 86400),
    }
    const live = args['model-set'] ?? (await openModelFolder()).manifest.modelSet
    const ids: string[] = []
    for await (const { id, state, modelSet } of listImages(target)) {
      const dead = state === 'ready' && (args.all || modelSet !== live)
      const named = args._.length === 0 ? dead || (args.failed && state === 'failed') : args._.includes(id)
      if (named) ids.push(id)
    }
    const missing = args._.filter((id) => !ids.includes(id))
    for (const id of missing) io.err(`strata: ${id}: there is no such image\n`)
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
      { concurrency },
    )
    return missing.length > 0 && result.exitCode === EXIT.ok ? { ...result, exitCode: EXIT.partial } : result
  },
})
