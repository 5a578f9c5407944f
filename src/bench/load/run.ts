/**
 * `strata bench load`: answers per second of the edge Worker, against a bare Worker with the same bytes.
 * @module
 */

import { invalidParam, StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import { ladderFor } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { resizeLanczos } from '../../node/ingest/ingest.ts'
import { samplePicture } from '../pictures/sample.ts'
import { storeImage, storeObject } from '../workers/store.ts'
import { startLoadWorkers } from '../workers/workers.ts'
import type { LoadOptions, Target } from './clients.ts'
import { type LoadRow, measurePair } from './measure.ts'

interface LoadBenchOptions extends LoadOptions {
  /** The folder with the wrangler files. */
  readonly root: string
  /** A .strata file of the model set that the transcoder has. @default a drawn picture of 1280x853, encoded first */
  readonly file?: Uint8Array | undefined
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  /** A width on its ladder. */
  readonly width: number
  readonly rounds: number
  /** @default all */
  readonly paths?: readonly LoadPath[]
  readonly progress?: (text: string) => void
}

/** Measured kinds of responses, and the value of `f` that requests each. */
const PATHS = { truncate: 'native', 'cached JPEG': 'jpeg' } as const
type LoadPath = keyof typeof PATHS

const ID = 'bench'
const SAMPLE = { width: 1280, height: 853 } as const

/**
 * Measures requests per second of the edge Worker, for a cut file and for a stored JPEG, against the same bytes as objects
 * that a bare Worker serves. Everything runs on loopback in one process, beside the clients.
 * @throws StrataError PARAM_INVALID for a width that the file does not have, FILE_FAILED when wrangler is not installed,
 * INTERNAL for a wrong response, ABORTED
 */
export async function benchLoad(options: LoadBenchOptions): Promise<LoadRow[]> {
  const file = options.file ?? (await encodeSample(options))
  const widths = readHeader(file).layers.map(({ width }) => width)
  if (!widths.includes(options.width))
    throw invalidParam('width', `a width of the file (${widths.join(', ')})`, options.width)
  options.progress?.('starting the Workers')
  const workers = await startLoadWorkers(options.root)
  try {
    await storeImage(workers, ID, file)
    const image = `${workers.edge}/cdn/img/${ID}?w=${options.width}`
    const rows: LoadRow[] = []
    for (const path of options.paths ?? (Object.keys(PATHS) as LoadPath[])) {
      const url = `${image}&f=${PATHS[path]}`
      const body = await fetchBody(url)
      const key = `static/${path.replace(' ', '-')}`
      await storeObject(workers, key, body)
      const target = (address: string): Target => ({ url: address, bytes: body.length })
      const pair = { path, strata: target(url), static: target(`${workers.bare}/${encodeURIComponent(key)}`) }
      rows.push(await measurePair(pair, options))
    }
    return rows
  } finally {
    await workers.close()
  }
}

async function encodeSample({ codec, progress }: LoadBenchOptions): Promise<Uint8Array> {
  progress?.('encoding')
  const image = samplePicture(SAMPLE.width, SAMPLE.height)
  const hash = (await sha256(image.data)).subarray(0, SOURCE_HASH_BYTES)
  const ladder = ladderFor(image.width)
  return await codec.encodeUnverified(image, { ladder, sha256: hash, resize: resizeLanczos })
}

async function fetchBody(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.status === 200) return body
  const text = new TextDecoder().decode(body.subarray(0, 300))
  throw new StrataError('INTERNAL', `the edge Worker answered ${response.status}: ${text}`)
}
