/**
 * `strata bench hostile`: the cost of hostile files, sent to the transcoder Worker and requested at the edge.
 * @module
 */

import { StrataError } from '../../core/errors.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import type { Runtime } from '../../runtime/types.ts'
import { storeFile } from '../workers/store.ts'
import { type LoadWorkers, startLoadWorkers } from '../workers/workers.ts'
import { ask, type HostileAnswer, queryOf } from './ask.ts'
import type { HostileCase } from './case.ts'
import { compassCases } from './compass-cases.ts'
import { pictureCases } from './picture-cases.ts'

interface HostileOptions {
  /** The folder with the wrangler files. */
  readonly root: string
  /** Makes the streams of files. */
  readonly runtime: Runtime
  /** Part of the names of the cases that are run. @default all */
  readonly only?: string | undefined
  readonly progress: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

export interface HostileRow {
  readonly name: string
  readonly isWork: boolean
  readonly bytes: number
  /** Answer of the transcoder to the file itself. */
  readonly transcoder: HostileAnswer
  /** Answer of the edge when the file is stored for a ready image. Undefined for cases that are not stored. */
  readonly edge: HostileAnswer | undefined
}

/** A browser's `Accept` and a width that a page requests. */
const PAGE = { accept: 'image/avif,image/webp,*/*;q=0.8', width: 400 } as const
const RUNS_TO_WARM = 2

/**
 * @throws StrataError FILE_FAILED when the Workers do not start, or the system has no /proc; PARAM_INVALID when no
 *   case matches
 */
export async function benchHostile(options: HostileOptions): Promise<HostileRow[]> {
  const { root, runtime, only = '', progress, signal } = options
  const all = [...(await compassCases(runtime)), ...(await pictureCases())]
  const cases = all.filter(({ name }) => name.includes(only))
  if (cases.length === 0)
    throw new StrataError('PARAM_INVALID', `only: expected part of a name, got ${JSON.stringify(only)}`)
  progress('starting the Workers')
  const workers = await startLoadWorkers(root)
  try {
    const valid = all.find(({ name }) => name === 'a claim of all work') as HostileCase
    const good = await valid.file()
    for (let i = 0; i < RUNS_TO_WARM; i++) await checkGood(workers, good)
    const rows: HostileRow[] = []
    for (const [i, one] of cases.entries()) {
      if (signal?.aborted) throw new StrataError('ABORTED', 'the measurement was stopped')
      progress(`${i + 1}/${cases.length} ${one.name}`)
      const { name, query, isWork = false, isStored = true } = one
      const file = await one.file()
      const transcoder = await send(workers, file, query)
      const edge = isStored ? await read(workers, `hostile-${i}`, file, runtime) : undefined
      rows.push({ name, isWork, bytes: file.length, transcoder, edge })
      await checkGood(workers, good)
    }
    return rows
  } finally {
    await workers.close()
  }
}

async function send(
  { transcoder }: LoadWorkers,
  file: Uint8Array,
  query?: HostileCase['query'],
): Promise<HostileAnswer> {
  return await ask(`${transcoder}/transcode?${queryOf(file, query)}`, {
    method: 'POST',
    body: file as Uint8Array<ArrayBuffer>,
    headers: { 'Content-Type': STRATA_TYPE },
  })
}

async function read(
  workers: LoadWorkers,
  id: string,
  file: Uint8Array,
  { manifest }: Runtime,
): Promise<HostileAnswer> {
  await storeFile(workers, id, file, manifest.modelSet)
  const url = `${workers.edge}/cdn/img/${id}?w=${PAGE.width}`
  return await ask(url, { headers: { Accept: PAGE.accept } })
}

/** Checks that a good file is still answered after a hostile one. @throws StrataError INTERNAL */
async function checkGood(workers: LoadWorkers, good: Uint8Array): Promise<void> {
  const { status, code } = await send(workers, good)
  if (status !== 200)
    throw new StrataError('INTERNAL', `a good file: expected 200, got ${status} ${code ?? ''}`)
}
