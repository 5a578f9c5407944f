import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core'
import { StrataError } from '../../core/errors.ts'
import { readProcessStatus } from '../process-status.ts'
import { type Grow, type PageNotes, SETTLED } from './pages.ts'
import type { Bytes, Site } from './site.ts'

declare global {
  var notes: PageNotes
  var grow: Grow
  /** `null` on a page without the library. */
  var enhancement: { readonly ready: Promise<boolean> } | null | undefined
}

/** One part of a visit, which ends when all pictures are final. Times are in milliseconds. */
export interface Stretch {
  readonly bytes: Bytes
  readonly firstMs: number
  readonly finalMs: number
  /** Tasks that kept the main thread for more than 50 ms. */
  readonly longTasks: { readonly count: number; readonly longestMs: number }
  readonly shift: number
  /** Pictures that were painted from layers. */
  readonly painted: number
}

export interface Visit {
  readonly load: Stretch
  /** Bytes that came after all pictures were final, until nothing more came: decoder and models. */
  readonly idle: Bytes
  /** The part of the visit after all pictures were doubled in size. */
  readonly doubled: Stretch
}

const TIMEOUT_MS = 120_000
/** Milliseconds without a byte after which the link is quiet. */
const QUIET_MS = 1000

/** @throws StrataError INTERNAL when a picture does not arrive */
export async function visit(
  context: BrowserContext,
  site: Site,
  path: string,
  pictures: number,
): Promise<Visit> {
  const { page, load } = await open(context, site, path, pictures)
  try {
    const idle = await quiet(page, site)
    const begun = page.evaluate(() => {
      Object.assign(notes, { longTasks: [], shift: 0, painted: 0 })
      grow()
      return performance.now()
    })
    const [, from] = await Promise.all([settled(page, pictures), begun])
    return { load, idle, doubled: await stretch(page, site, from) }
  } finally {
    await page.close()
  }
}

/** Makes a visit without enlarging anything. @returns private memory of the page's processes, in bytes */
export async function look(
  context: BrowserContext,
  site: Site,
  path: string,
  pictures: number,
): Promise<number> {
  const { page } = await open(context, site, path, pictures)
  try {
    await quiet(page, site)
    return await memoryOf(page)
  } finally {
    await page.close()
  }
}

async function open(context: BrowserContext, site: Site, path: string, pictures: number) {
  site.take()
  const page = await context.newPage()
  const opened = page.goto(`${site.url}${path}`, { waitUntil: 'commit' })
  await Promise.all([settled(page, pictures), opened])
  return { page, load: await stretch(page, site, 0) }
}

/** Waits for the page's console message. Polling would run scripts in the page, which count as its long tasks. */
async function settled(page: Page, pictures: number): Promise<void> {
  const predicate = (message: ConsoleMessage) => message.text() === SETTLED
  await page.waitForEvent('console', { predicate, timeout: TIMEOUT_MS }).catch(async (cause) => {
    const seen = await page.evaluate(() => [notes.finals.length, ...notes.failed]).catch(() => 0)
    throw new StrataError('INTERNAL', `only ${seen} of ${pictures} pictures were shown`, { cause })
  })
}

/** Waits until the library has decided and the link is quiet. @returns bytes that arrived meanwhile */
async function quiet(page: Page, site: Site): Promise<Bytes> {
  // The library's script may come after the pictures.
  await page.evaluate(async () => {
    while (globalThis.enhancement === undefined) await new Promise((resolve) => setTimeout(resolve, 50))
    await globalThis.enhancement?.ready
  })
  let came = site.take()
  for (;;) {
    await sleep(QUIET_MS)
    const more = site.take()
    if (Object.values(more).every((bytes) => bytes === 0)) return came
    came = Object.fromEntries(
      Object.entries(came).map(([kind, bytes]) => [kind, bytes + more[kind as keyof Bytes]]),
    ) as unknown as Bytes
  }
}

async function stretch(page: Page, site: Site, from: number): Promise<Stretch> {
  // Take the bytes before anything else arrives.
  const bytes = site.take()
  // Observers are notified only after the task that they observe.
  await page.waitForTimeout(200)
  const { finals, longTasks, shift, painted } = await page.evaluate(() => notes)
  const since = finals.map((time) => Math.round(time - from))
  return {
    bytes,
    firstMs: Math.min(...since),
    finalMs: Math.max(...since),
    longTasks: { count: longTasks.length, longestMs: Math.round(Math.max(0, ...longTasks)) },
    shift,
    painted,
  }
}

/** Private memory of the browser's page processes after garbage collection, in bytes. */
async function memoryOf(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  await sleep(QUIET_MS)
  const session = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  const each = await Promise.all(
    renderers.map(async ({ id }) => {
      const field = await readProcessStatus(id)
      return 1024 * (field('RssAnon') || 0)
    }),
  )
  return each.reduce((sum, bytes) => sum + bytes, 0)
}
