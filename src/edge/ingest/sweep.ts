import type { Env } from 'hono'
import { resumeIfDead } from '../answer/lookup.ts'
import type { ResolvedOptions } from '../options.ts'
import { createShared, type Services, servicesFor, withContext } from '../services.ts'
import { type ListedObject, type ListedState, OBJECT_FOLDERS } from '../store/store.ts'
import { jpegKey } from '../variants/persisted-jpegs.ts'

/** The `scheduled` handler of a Worker. */
export type ScheduledHandler = (
  controller: ScheduledController,
  env: unknown,
  context: ExecutionContext,
) => Promise<void>

export interface SweepOptions {
  /**
   * Pages of at most 1000 objects that one run looks at. A run goes on where the one before stopped.
   * @default 50
   */
  readonly pages?: number
  /**
   * Milliseconds that an object may lie without a record: an upload under way has an original but no record yet.
   * @default 3600000 (one hour)
   */
  readonly orphanAgeMs?: number
}

export interface SweepReport {
  /** Records and objects looked at. */
  readonly seen: number
  /** Objects removed that no record names. */
  readonly removed: number
  /** Uploads started again whose encoding had died. */
  readonly restarted: number
  /** Whether all of the bucket has been looked at; if not, the next run goes on. */
  readonly complete: boolean
}

/** Where to go on: after this id or key in one of the folders. */
interface Position {
  readonly folder: 'state' | (typeof OBJECT_FOLDERS)[number]
  readonly after?: string
}

const FOLDERS = ['state', ...OBJECT_FOLDERS] as const
const DEFAULT_PAGES = 50
const DEFAULT_ORPHAN_AGE_MS = 3_600_000

/**
 * Walks through the bucket: starts uploads again whose encoding died, and removes objects that no record names: of
 * attempts that lost, of requests that were cut off, and JPEGs of files that are no more. Takes two list operations a page
 * and reads hardly any object.
 * @throws StrataError STORAGE_FAILED
 */
export async function sweep(
  { store, jobs }: Pick<Services, 'store' | 'jobs'>,
  { pages = DEFAULT_PAGES, orphanAgeMs = DEFAULT_ORPHAN_AGE_MS }: SweepOptions = {},
): Promise<SweepReport> {
  const report = { seen: 0, removed: 0, restarted: 0, complete: false }
  let position = (await store.readSweepPosition<Position>()) ?? { folder: 'state' }

  async function restartDead(after: string | undefined) {
    const page = await store.listStates({ after })
    for (const { id, leaseUntil } of page.entries) {
      if (leaseUntil === undefined || Date.now() < leaseUntil) continue
      const stored = await store.readState(id)
      if (stored !== undefined && (await resumeIfDead(id, stored, { store, jobs }))) report.restarted++
    }
    return { ...page, last: page.entries.at(-1)?.id }
  }

  async function removeOrphans(folder: (typeof OBJECT_FOLDERS)[number], after: string | undefined) {
    const page = await store.listObjects(folder, after)
    const { entries, orphans } = await judge(page.entries)
    await store.remove(orphans)
    report.removed += orphans.length
    return { entries, more: page.more || entries.length < page.entries.length, last: entries.at(-1)?.key }
  }

  /**
   * Looks at objects as far as one page of records goes, at one at least: where few images have many objects, or many
   * none, the records between them are many. Records are listed after the objects, so what a record names by then is safe;
   * and no record takes up an old object.
   */
  async function judge(objects: readonly ListedObject[]) {
    const isOld = ({ uploaded }: ListedObject) => Date.now() - uploaded >= orphanAgeMs
    const first = objects.find(isOld)
    if (first === undefined) return { entries: objects, orphans: [] }
    const from = idOf(first.key)
    const records = await store.listStates({ from })
    const to = records.more ? records.entries.at(-1)?.id : undefined
    // Keys are not in the order of their ids: `a-b/…` comes before `a/…`.
    const isBeyond = (id: string) => id < from || (to !== undefined && id > to)
    const end = objects.findIndex((object) => isOld(object) && isBeyond(idOf(object.key)))
    const entries = end < 0 ? objects : objects.slice(0, end)
    const named = new Set(records.entries.flatMap(namesOf))
    const keys = entries.filter(isOld).map(({ key }) => key)
    return { entries, orphans: keys.filter((key) => !named.has(key) && !named.has(folderOf(key))) }
  }

  for (let i = 0; i < pages && !report.complete; i++) {
    const { folder, after } = position
    const page = folder === 'state' ? await restartDead(after) : await removeOrphans(folder, after)
    report.seen += page.entries.length
    const next = FOLDERS[FOLDERS.indexOf(folder) + 1]
    if (page.more && page.last !== undefined) position = { folder, after: page.last }
    else if (next !== undefined) position = { folder: next }
    else report.complete = true
  }
  await store.writeSweepPosition(report.complete ? { folder: 'state' } : position)
  return report
}

/** `sweep` as a cron trigger's handler. */
export function createSweepHandler<E extends Env>(
  options: ResolvedOptions<E>,
  sweepOptions: SweepOptions = {},
): ScheduledHandler {
  const shared = createShared()
  return async function scheduled(_controller, env, context) {
    await withContext<E>(env, context, async (c) => {
      const report = await sweep(servicesFor(c, options, shared), sweepOptions)
      console.log(JSON.stringify({ event: 'sweep', ...report }))
    })
  }
}

/** Keys that a record names, and the folder of its JPEGs. */
function namesOf({ id, keys, hash }: ListedState): string[] {
  return hash === undefined ? [...keys] : [...keys, jpegKey({ id, hash, decision: '' })]
}

/** `jpeg/ID/HASH/DECISION` -> `jpeg/ID/HASH/` */
function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/** `original/ID/TOKEN` -> ID */
function idOf(key: string): string {
  return key.split('/')[1] ?? ''
}
