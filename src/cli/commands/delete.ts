import { runBatch } from '../batch/batch.ts'
import { defineCommand } from '../command.ts'
import { EDGE_ARGS, edgeTarget } from '../edge-args.ts'
import { deleteImage, requireImage } from '../edge-images.ts'

/** Requests at a time; each one is short. */
const CONCURRENCY = 4

export const deleteCommand = defineCommand({
  name: 'delete',
  description: 'Remove images from an edge, with their originals and all that was made of them',
  many: true,
  args: {
    id: { type: 'positional', required: true, description: 'Ids' },
    ...EDGE_ARGS,
  },
  async run(args, io) {
    const target = edgeTarget(args, io)
    const remove = async (id: string) => {
      await requireImage(id, target)
      await deleteImage(id, target)
      return { json: { id }, text: `${id} is deleted` }
    }
    return await runBatch([...new Set(args._)], io, remove, { concurrency: CONCURRENCY })
  },
})
