/**
 * `strata bench kinds`: the edge's answers for every kind of picture, against the best WebP and AVIF files.
 * @module
 */

import { randomBytes } from 'node:crypto'
import { basename, parse } from 'node:path'
import { throwIfAborted } from '../../core/abort.ts'
import { readInput } from '../../node/files.ts'
import { listPictures } from '../folder.ts'
import { type Kind, uploadOf } from '../pictures/kinds/kinds.ts'
import type { Server } from '../workers/program.ts'
import { startLoadWorkers } from '../workers/workers.ts'
import { CLIENTS, type Client, type Description, upload } from './ask.ts'
import { type KindAnswer, measureWidth } from './measure.ts'

interface KindsBenchOptions {
  /** Drawn pictures. */
  readonly kinds: readonly Kind[]
  /** A folder of pictures, instead of the drawn kinds. */
  readonly images?: string | undefined
  /** Value of `coding` on the upload. */
  readonly coding: string
  /** Number of answers whose median CPU time is reported. */
  readonly samples: number
  /** The folder with the wrangler files. */
  readonly root: string
  readonly startOrigin: () => Promise<Server>
  readonly signal?: AbortSignal | undefined
  readonly progress: (text: string) => void
  /** Called for each picture when it is measured, because all of them take long. */
  readonly measured?: (picture: KindResult) => void
}

/** One picture. */
export interface KindResult {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Bytes of the upload, and of the .strata file made from it. */
  readonly original: number
  readonly stored: number
  /** Coding of the layers, such as `webp lossless` or `compass`; several if they differ. */
  readonly coding: string
  /** Wall time from the upload until it was ready, in seconds. */
  readonly encodeSeconds: number
  readonly answers: readonly KindAnswer[]
}

/**
 * Uploads each picture to the Workers as they are deployed, with an origin in its own process, and requests it at its
 * own width and at half of it.
 * @throws StrataError FILE_FAILED for no pictures, or programs that are not installed; INTERNAL for an answer without a picture,
 *   ABORTED
 */
export async function benchKinds(options: KindsBenchOptions): Promise<KindResult[]> {
  const { kinds, images, root, progress, signal, measured = () => {} } = options
  const paths = images === undefined ? undefined : await listPictures(images)
  const names = paths?.map((path) => basename(path)) ?? kinds
  const token = randomBytes(16).toString('hex')
  progress('starting origin and Workers')
  const origin = await options.startOrigin()
  try {
    const workers = await startLoadWorkers(root, origin.url, token)
    try {
      const results: KindResult[] = []
      for (const [i, name] of names.entries()) {
        throwIfAborted(signal)
        const body = paths ? await readInput(paths[i]!) : await uploadOf(name as Kind)
        const say = (text: string) => progress(`${name} ${text}`)
        results.push(await measurePicture({ name, body, token, workers, progress: say }, options))
        measured(results.at(-1)!)
      }
      return results
    } finally {
      await workers.close()
    }
  } finally {
    await origin.close()
  }
}

interface Measured {
  readonly name: string
  readonly body: Uint8Array
  readonly token: string
  readonly workers: Awaited<ReturnType<typeof startLoadWorkers>>
  readonly progress: (text: string) => void
}

async function measurePicture(
  { name, body, token, workers, progress }: Measured,
  { coding, samples, signal }: Pick<KindsBenchOptions, 'coding' | 'samples' | 'signal'>,
): Promise<KindResult> {
  const id = `bench-${parse(name).name.replace(/[^\w-]/g, '_')}`
  progress('encoding')
  const started = performance.now()
  const info = await upload(workers, id, { body, coding, token })
  const encodeSeconds = Number(((performance.now() - started) / 1000).toFixed(2))
  const { width, height } = info.source
  const answers: KindAnswer[] = []
  for (const asked of new Set([width, Math.max(8, width >> 1)])) {
    throwIfAborted(signal)
    const clients = Object.keys(CLIENTS) as Client[]
    answers.push(
      ...(await measureWidth(workers, { id, upload: body, width: asked, clients, samples, progress })),
    )
  }
  return {
    ...{ name, width, height, original: body.length, stored: info.bytes },
    ...{ coding: codingsOf(info), encodeSeconds, answers },
  }
}

function codingsOf({ layers }: Description): string {
  return [...new Set(layers.map(({ coding, lossless }) => (lossless ? `${coding} lossless` : coding)))].join(
    ', ',
  )
}
