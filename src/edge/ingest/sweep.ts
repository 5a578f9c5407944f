import { folderOf, idOf, OBJECT_FOLDERS, type ObjectFolder, pictureKey } from '../store/keys.ts'
import type { ListedState } from '../store/listing.ts'
import type { ListedObject } from '../store/object-store.ts'
import { type ResumeServices, resumeIfDead } from './resume.ts'

export interface SweepOptions {
  /**
   * Pages of at most 1000 objects that one run looks at. The next run goes on where this one stopped.
   * @default 50
   */
  readonly pages?: number | undefined
  /**
   * Milliseconds that an object may exist without a record: an upload under way has an original but no record yet.
   * @default 3600000 (one hour)
   */
  readonly orphanAgeMs?: number | undefined
}

interface SweepReport {
  /** Records and objects looked at. */
  readonly seen: number
  /** Objects removed because no record names them. */
  readonly removed: number
  /** Uploads resumed because their encoding had died. */
  readonly restarted: number
  /** Whether all of the bucket has been looked at; if not, the next run goes on. */
  readonly complete: boolean
}

/** Where a run goes on: after this id or key in one of the folders. */
interface Position {
  readonly folder: 'state' | ObjectFolder
  readonly after?: string
}

const FOLDERS = ['state', ...OBJECT_FOLDERS] as const
const DEFAULT_PAGES = 50
const DEFAULT_ORPHAN_AGE_MS = 3_600_000

/**
 * Walks through the bucket: resumes uploads whose encoding died, and removes objects that no record names, left by
 * attempts that lost, by requests that were cut off, and as JPEGs of replaced files. A page takes two list operations
 * and hardly any read.
 * @throws StrataError STORAGE_FAILED
 */
export async function sweep(
  { store, jobs }: ResumeServices,
  { pages = DEFAULT_PAGES, orphanAgeMs = DEFAULT_ORPHAN_AGE_MS }: SweepOptions = {},
): Promise<SweepReport> {
  const report = { seen: 0, removed: 0, restarted: 0, complete: false }
  let position = (await store.readSweepPosition<Position>()) ?? { folder: 'state' }

  async function resumeDead(after: string | undefined) {
    const page = await store.listStates({ after })
    for (const { id, leaseUntil } of page.entries) {
      if (leaseUntil === undefined || Date.now() < leaseUntil) continue
      const stored = await store.readState(id)
      if (stored !== undefined && (await resumeIfDead(id, stored, { store, jobs }))) report.restarted++
    }
    return { ...page, last: page.entries.at(-1)?.id }
  }

  async function removeOrphans(folder: ObjectFolder, after: string | undefined) {
    const page = await store.listObjects(folder, after)
    const { entries, orphans } = await findOrphans(page.entries)
    await store.remove(orphans)
    report.removed += orphans.length
    return { entries, more: page.more || entries.length < page.entries.length, last: entries.at(-1)?.key }
  }

  /**
   * Compares objects with one page of records, as far as that page reaches and at least one object: many records may
   * lie between two objects. Records are listed after the objects, so every object that a record names by then is
   * safe, and no later record names an old object.
   */
  async function findOrphans(objects: readonly ListedObject[]) {
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
    const page = folder === 'state' ? await resumeDead(after) : await removeOrphans(folder, after)
    report.seen += page.entries.length
    const next = FOLDERS[FOLDERS.indexOf(folder) + 1]
    if (page.more && page.last !== undefined) position = { folder, after: page.last }
    else if (next !== undefined) position = { folder: next }
    else report.complete = true
  }
  await store.writeSweepPosition(report.complete ? { folder: 'state' } : position)
  return report
}

/** Keys that a record names, and the folder of its JPEGs. */
function namesOf({ id, keys, hash }: ListedState): string[] {
  return hash === undefined ? [...keys] : [...keys, pictureKey(id, hash)]
}
