import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core'
import { StrataError } from '../../core/errors.ts'
import { type Grow, type PageNotes, SETTLED } from './pages.ts'
import type { Bytes, Site } from './site.ts'

declare global {
  var notes: PageNotes
  var grow: Grow
}

/** One part of a visit, which ends when all pictures are final. Times are in milliseconds. */
export interface Stretch {
  readonly bytes: Bytes
  /** Time until the last placeholder is shown; null without placeholders. */
  readonly placeholderMs: number | null
  readonly firstMs: number
  readonly finalMs: number
  /** Tasks that kept the main thread for more than 50 ms. */
  readonly longTasks: { readonly count: number; readonly totalMs: number; readonly longestMs: number }
}

export interface Visit {
  readonly load: Stretch
  /** The part after all pictures were doubled in size. */
  readonly doubled: Stretch
}

const TIMEOUT_MS = 60_000

/** @throws StrataError INTERNAL when a picture fails or does not arrive */
export async function visit(
  context: BrowserContext,
  site: Site,
  path: string,
  pictures: number,
): Promise<Visit> {
  site.take()
  const page = await context.newPage()
  try {
    const open = page.goto(`${site.url}${path}`, { waitUntil: 'commit' })
    await Promise.all([settled(page, pictures), open])
    const load = await stretch(page, site, 0)
    const begun = page.evaluate(() => {
      notes.longTasks.length = 0
      grow()
      return performance.now()
    })
    const [, from] = await Promise.all([settled(page, pictures), begun])
    return { load, doubled: await stretch(page, site, from) }
  } finally {
    await page.close()
  }
}

/** Waits for the page's message. Polling would run scripts of the benchmark in the page, which count as its long tasks. */
async function settled(page: Page, pictures: number): Promise<void> {
  const predicate = (message: ConsoleMessage) => message.text() === SETTLED
  await page.waitForEvent('console', { predicate, timeout: TIMEOUT_MS }).catch(async (cause) => {
    const seen = await page.evaluate(() => notes.finals.length).catch(() => 0)
    throw new StrataError('INTERNAL', `only ${seen} of ${pictures} pictures were shown`, { cause })
  })
}

async function stretch(page: Page, site: Site, from: number): Promise<Stretch> {
  // Observers are notified only after the task that they observe.
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
