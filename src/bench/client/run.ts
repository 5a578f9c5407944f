/**
 * `strata bench client`: a page of pictures in Chromium over a slow link, layered files against AVIF candidates.
 * @module
 */

import type { Browser, BrowserContext } from 'playwright-core'
import { throwIfAborted } from '../../core/abort.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import type { Metric } from '../../pixels/judge.ts'
import { storeImage } from '../workers/store.ts'
import { startLoadWorkers } from '../workers/workers.ts'
import { launchBrowser } from './browser.ts'
import { KeptPictures } from './kept.ts'
import type { LinkOptions } from './link.ts'
import { avifPage, type PageOptions, plainAddress, strataPage } from './pages.ts'
import { originals, type StoredPicture, store } from './pictures.ts'
import { type Site, startSite } from './site.ts'
import { look, type Visit, visit } from './visit.ts'

export const SIDES = ['strata', 'avif'] as const
export type Side = (typeof SIDES)[number]

/** The visits of one side, in one run. */
export interface Course {
  /** With nothing in the browser's caches. */
  readonly first: Visit
  /** After a first visit that enlarged nothing. */
  readonly second: Visit
  /** After a first visit that doubled all pictures. */
  readonly again: Visit
  /** Of a page of 200 pictures, in bytes. */
  readonly memory: number
}

/** Figures of both sides. */
export interface ClientBench {
  readonly pictures: number
  readonly runs: readonly Readonly<Record<Side, Course>>[]
}

/** Pictures of the page whose memory is compared. */
const MANY = 200

interface ClientBenchOptions {
  readonly folder?: string | undefined
  readonly pictures: number
  /** Folder that keeps the encoded pictures for the next run. @default none */
  readonly keep?: string | undefined
  /** Metric by which an AVIF file matches a layer. @default 'ssimulacra2' */
  readonly metric?: Metric
  /** Width of each picture in CSS pixels; the page doubles it later. */
  readonly width: number
  readonly runs: number
  readonly link: LinkOptions
  readonly browser: string
  /** The folder with the wrangler files. */
  readonly root: string
  /** The folder of the built browser library. */
  readonly library: string
  readonly codec: FileCodec
  readonly signal?: AbortSignal
  readonly progress?: (text: string) => void
}

/**
 * Opens a page of pictures in Chromium over a slow link, with the browser library and without. Both sides have the same
 * AVIF files in `srcset`, each of the score of the layer of its width, so that the difference is that of the library. The
 * URLs of both sides are immutable, and everything is on one origin. The sides take turns, and every run is told.
 * @throws StrataError FILE_FAILED when the browser or wrangler is missing; INTERNAL when a picture is not shown; ABORTED
 */
export async function benchClient(options: ClientBenchOptions): Promise<ClientBench> {
  const { root, library, signal, progress = () => {} } = options
  const closers: (() => Promise<unknown>)[] = []
  try {
    const browser = await launchBrowser(options.browser)
    closers.push(() => browser.close())
    const pictures = await storedPictures(options, progress)
    progress('starting the Workers')
    const workers = await startLoadWorkers(root)
    closers.push(() => workers.close())
    const versions = new Map<string, string>()
    for (const { id, strata } of pictures) versions.set(id, await storeImage(workers, id, strata))
    const files = filesOf(pictures, versions, options.width)
    const slow = await startSite({ link: options.link, library, edge: workers.edge, files })
    closers.push(() => slow.close())
    const fast = await startSite({ link: FAST, library, edge: workers.edge, files })
    closers.push(() => fast.close())
    const viewport = { width: 8 * options.width, height: 2 * options.width * pictures.length }
    const setup: Setup = { browser, viewport, slow, fast, count: pictures.length, signal, progress }
    const runs: Record<Side, Course>[] = []
    while (runs.length < options.runs) {
      const text = `run ${runs.length + 1}/${options.runs}`
      const order = runs.length % 2 === 0 ? SIDES : SIDES.toReversed()
      const courses: Partial<Record<Side, Course>> = {}
      for (const side of order) courses[side] = await runCourse(side, text, setup)
      runs.push(courses as Record<Side, Course>)
    }
    return { pictures: pictures.length, runs }
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

/** The encoded pictures of the folder, or drawn ones. */
async function storedPictures(
  options: ClientBenchOptions,
  progress: (text: string) => void,
): Promise<StoredPicture[]> {
  const { metric = 'ssimulacra2', codec, signal } = options
  const kept = new KeptPictures(options.keep)
  const pictures: StoredPicture[] = []
  for await (const original of originals(options.folder, options.pictures)) {
    throwIfAborted(signal)
    progress(`encoding ${pictures.length + 1}/${options.pictures}`)
    const id = `picture-${pictures.length}`
    pictures.push(await kept.get(id, () => store(id, original, codec, metric)))
  }
  return pictures
}

/** What all courses share. Memory does not depend on the link, so it is measured on the fast site. */
interface Setup {
  readonly browser: Browser
  readonly viewport: { readonly width: number; readonly height: number }
  readonly slow: Site
  readonly fast: Site
  /** Number of pictures on a page. */
  readonly count: number
  readonly signal: AbortSignal | undefined
  readonly progress: (text: string) => void
}

async function runCourse(side: Side, text: string, setup: Setup): Promise<Course> {
  const { browser, viewport, slow, fast, count, signal, progress } = setup
  const page = `/${side}.html`
  const within = async <T>(what: string, work: (context: BrowserContext) => Promise<T>): Promise<T> => {
    throwIfAborted(signal)
    progress(`${text}: ${side}, ${what}`)
    const context = await browser.newContext({ viewport })
    try {
      return await work(context)
    } finally {
      await context.close()
    }
  }
  const [first, again] = await within('first visit, doubled, and another', async (context) => [
    await visit(context, slow, page, count),
    await visit(context, slow, page, count),
  ])
  const second = await within('second visit', async (context) => {
    await look(context, slow, page, count)
    return await visit(context, slow, page, count)
  })
  const memory = await within('memory', (context) => look(context, fast, `/${side}-many.html`, MANY))
  return { first, second, again, memory }
}

const FAST: LinkOptions = { kilobitsPerSecond: 100_000, latencyMs: 1 }

function filesOf(pictures: readonly StoredPicture[], versions: ReadonlyMap<string, string>, width: number) {
  const [once, many] = [pictures.length, MANY].map((count) => ({ width, count })) as [
    PageOptions,
    PageOptions,
  ]
  const files = new Map<string, string | Uint8Array>([
    ['/avif.html', avifPage(pictures, once)],
    ['/avif-many.html', avifPage(pictures, many)],
    ['/strata.html', strataPage(pictures, versions, once)],
    ['/strata-many.html', strataPage(pictures, versions, many)],
  ])
  const addressOf = plainAddress(versions)
  for (const picture of pictures) {
    for (const [step, file] of picture.avif) {
      files.set(`/avif/${picture.id}-${step}.avif`, file)
      files.set(addressOf(picture, step), file)
    }
  }
  return files
}
