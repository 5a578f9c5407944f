import { defineCommand } from '../command.ts'
import { EDGE_ARGS, edgeTarget } from '../edge-args.ts'
import { type ListedImage, listImages } from '../edge-images.ts'

/** Largest width of the columns of ids and states, in characters. */
const MAX_COLUMN = 48

export const list = defineCommand({
  name: 'list',
  description: 'List the images of an edge: id, state, and the model set of a file or why there is none',
  args: {
    ...EDGE_ARGS,
    state: {
      type: 'enum',
      options: ['queued', 'encoding', 'ready', 'failed'],
      description: 'Only images in this state',
    },
  },
  async run(args, io) {
    const images: ListedImage[] = []
    for await (const image of listImages(edgeTarget(args, io))) {
      if (args.state === undefined || image.state === args.state) images.push(image)
      if (images.length % 1000 === 0) io.progress(`${images.length} images`)
    }
    return { json: { images }, text: images.length === 0 ? 'no images' : formatImages(images) }
  },
})

function formatImages(images: readonly ListedImage[]): string {
  const width = Math.min(MAX_COLUMN, Math.max(...images.map(({ id }) => id.length)))
  return images
    .map(
      ({ id, state, modelSet, code }) => `${id.padEnd(width)}  ${state.padEnd(8)}  ${modelSet ?? code ?? ''}`,
    )
    .map((line) => line.trimEnd())
    .join('\n')
}
