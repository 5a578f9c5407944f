import type { BrowserContext, Page } from 'playwright-core'
import { StrataError } from '../../../core/errors.ts'
import type { Grow, PageNotes } from './pages.ts'
import type { Bytes, Site } from './site.ts'

declare global {
  var notes: PageNotes
  var grow: Grow
}

/** One stretch of a visit: until all pictures are final. Times in milliseconds. */
export interface Stretch {
  readonly bytes: Bytes
  /** Until the last placeholder is up; null where there are none. */
  readonly placeholderMs: number | null
  readonly firstMs: number
  readonly finalMs: number
  /** Tasks that kept the main thread for more than 50 ms. */
  readonly longTasks: { readonly count: number; readonly totalMs: number; readonly longestMs: number }
}

export interface Visit {
  readonly load: Stretch
  /** After every picture has doubled its size. */
  readonly doubled: Stretch
}

const TIMEOUT_MS = 60_000

/** @throws StrataError INTERNAL when a picture fails or does not come */
export async function visit(
  context: BrowserContext,
  site: Site,
  path: string,
  pictures: number,
): Promise<Visit> {
  site.take()
  const page = await context.newPage()
  try {
    await page.goto(`${site.url}${path}`, { waitUntil: 'commit' })
    const load = await stretch(page, site, pictures, 0)
    const from = await page.evaluate(() => {
      notes.longTasks.length = 0
      grow()
      return performance.now()
    })
    return { load, doubled: await stretch(page, site, pictures, from) }
  } finally {
    await page.close()
  }
}

async function stretch(page: Page, site: Site, pictures: number, from: number): Promise<Stretch> {
  const settled = (count: number) => notes.failed.length > 0 || notes.finals.length >= count
  await page
    .waitForFunction(settled, pictures, { timeout: TIMEOUT_MS, polling: 100 })
    .catch(async (cause) => {
      const seen = await page.evaluate(() => notes.finals.length).catch(() => 0)
      throw new StrataError('INTERNAL', `only ${seen} of ${pictures} pictures were shown`, { cause })
    })
  // What observers are told comes after the task it is about.
  await page.waitForTimeout(200)
  const { placeholders, finals, longTasks, failed } = await page.evaluate(() => notes)
  if (failed.length > 0) throw new StrataError('INTERNAL', `the page: ${failed[0]}`)
  const since = (times: readonly number[]) => times.map((time) => Math.round(time - from))
  return {
    bytes: site.take(),
    placeholderMs: from === 0 && placeholders.length > 0 ? Math.max(...since(placeholders)) : null,
    firstMs: Math.min(...since(finals)),
    finalMs: Math.max(...since(finals)),
    longTasks: {
      count: longTasks.length,
      totalMs: Math.round(longTasks.reduce((sum, ms) => sum + ms, 0)),
      longestMs: Math.round(Math.max(0, ...longTasks)),
    },
  }
}
