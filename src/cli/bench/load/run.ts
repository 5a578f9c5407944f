import { createHash } from 'node:crypto'
import { StrataError } from '../../../core/errors.ts'
import { readHeader } from '../../../format/reader.ts'
import type { LoadOptions, Target } from './clients.ts'
import { type LoadRow, measurePair } from './measure.ts'
import { type LoadWorkers, startLoadWorkers } from './workers.ts'

export interface LoadBenchOptions extends LoadOptions {
  /** The folder with the wrangler files. */
  readonly root: string
  /** A .strata file of the model set that the transcoder has. */
  readonly file: Uint8Array
  /** A width on its ladder. */
  readonly width: number
  readonly rounds: number
  /** @default all */
  readonly paths?: readonly LoadPath[]
  readonly progress?: (text: string) => void
}

/** What is asked for, and the format that leads there. */
const PATHS = { truncate: 'native', 'cached JPEG': 'jpeg' } as const
export type LoadPath = keyof typeof PATHS

const ID = 'bench'
const FILE_KEY = `strata/${ID}/t-1`

/**
 * Requests per second of the edge Worker, for a file that is cut and for a JPEG that was made before, against the same
 * bytes as objects that a bare Worker passes on. Everything runs on loopback in one process, beside the clients.
 * @throws StrataError FILE_FAILED when wrangler is not installed; INTERNAL for a wrong answer; ABORTED
 */
export async function benchLoad(options: LoadBenchOptions): Promise<LoadRow[]> {
  options.progress?.('starting the Workers')
  const workers = await startLoadWorkers(options.root)
  try {
    await storeImage(workers, options.file)
    const image = `${workers.edge}/cdn/img/${ID}?w=${options.width}`
    const rows: LoadRow[] = []
    for (const path of options.paths ?? (Object.keys(PATHS) as LoadPath[])) {
      const url = `${image}&f=${PATHS[path]}`
      const body = await fetchBody(url)
      const key = `static/${path.replace(' ', '-')}`
      await store(workers, key, body)
      const target = (address: string): Target => ({ url: address, bytes: body.length })
      const pair = { path, strata: target(url), static: target(`${workers.bare}/${encodeURIComponent(key)}`) }
      rows.push(await measurePair(pair, options))
    }
    return rows
  } finally {
    await workers.close()
  }
}

/** As the edge would have stored it after an upload. */
async function storeImage(workers: LoadWorkers, file: Uint8Array): Promise<void> {
  const { modelSet } = readHeader(file)
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 32)
  const upload = { token: 't', uploaded: new Date(0).toISOString(), sha256: '0'.repeat(64), params: {} }
  const state = { ...upload, status: 'ready', file: FILE_KEY, hash, bytes: file.length, modelSet }
  await store(workers, FILE_KEY, file)
  await store(workers, `state/${ID}`, new TextEncoder().encode(JSON.stringify(state)))
}

async function store({ bare }: LoadWorkers, key: string, bytes: Uint8Array): Promise<void> {
  const url = `${bare}/${encodeURIComponent(key)}`
  const response = await fetch(url, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> })
  if (!response.ok)
    throw new StrataError('INTERNAL', `the bare Worker answered ${response.status} to PUT ${key}`)
}

async function fetchBody(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.status === 200) return body
  const text = new TextDecoder().decode(body.subarray(0, 300))
  throw new StrataError('INTERNAL', `the edge Worker answered ${response.status}: ${text}`)
}
