import { StrataError } from '../../core/errors.ts'
import type { LoadOptions, Target } from './clients.ts'
import { type LoadRow, measurePair } from './measure.ts'
import { storeImage, storeObject } from './store.ts'
import { startLoadWorkers } from './workers.ts'

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

/**
 * Requests per second of the edge Worker, for a file that is cut and for a JPEG that was made before, against the same
 * bytes as objects that a bare Worker passes on. Everything runs on loopback in one process, beside the clients.
 * @throws StrataError FILE_FAILED when wrangler is not installed; INTERNAL for a wrong answer; ABORTED
 */
export async function benchLoad(options: LoadBenchOptions): Promise<LoadRow[]> {
  options.progress?.('starting the Workers')
  const workers = await startLoadWorkers(options.root)
  try {
    await storeImage(workers, ID, options.file)
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

async function fetchBody(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.status === 200) return body
  const text = new TextDecoder().decode(body.subarray(0, 300))
  throw new StrataError('INTERNAL', `the edge Worker answered ${response.status}: ${text}`)
}
