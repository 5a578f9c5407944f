/**
 * `strata bench client`: a page of pictures in Chromium over a slow link, layered files against AVIF candidates.
 * @module
 */

import { throwIfAborted } from '../../core/abort.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import type { Metric } from '../../pixels/judge.ts'
import { storeImage } from '../workers/store.ts'
import { startLoadWorkers } from '../workers/workers.ts'
import { launchBrowser } from './browser.ts'
import { KeptPictures } from './kept.ts'
import type { LinkOptions } from './link.ts'
import { avifPage, strataPage } from './pages.ts'
import { originals, type StoredPicture, store } from './pictures.ts'
import { type Site, startSite } from './site.ts'
import { type Visit, visit } from './visit.ts'

export const SIDES = ['strata', 'avif'] as const
export type Side = (typeof SIDES)[number]

/** Figures of both sides on a first visit, and on a second visit with a warm browser cache. */
export interface ClientBench {
  readonly pictures: number
  readonly visits: Readonly<Record<Side, { readonly first: Visit; readonly second: Visit }>>
}

interface ClientBenchOptions {
  readonly folder?: string | undefined
  readonly pictures: number
  /** Folder that keeps the encoded pictures for the next run. @default none */
  readonly keep?: string | undefined
  /** Metric by which an AVIF file matches a layer. @default 'ssimulacra2' */
  readonly metric?: Metric
  /** Width of each picture in CSS pixels; the page doubles it later. */
  readonly width: number
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
 * Opens a page of pictures in Chromium over a slow link: layered files decoded by the browser library, against AVIF
 * candidates of the same widths and scores. The URLs of both sides are immutable, and everything is on one origin.
 * @throws StrataError FILE_FAILED when the browser or wrangler is missing; INTERNAL when a picture is not shown; ABORTED
 */
export async function benchClient(options: ClientBenchOptions): Promise<ClientBench> {
  const { root, signal, progress = () => {} } = options
  const closers: (() => Promise<unknown>)[] = []
  try {
    const browser = await launchBrowser(options.browser)
    closers.push(() => browser.close())
    const pictures: StoredPicture[] = []
    const kept = new KeptPictures(options.keep)
    for await (const original of originals(options.folder, options.pictures)) {
      throwIfAborted(signal)
      progress(`encoding ${pictures.length + 1}/${options.pictures}`)
      const id = `picture-${pictures.length}`
      const metric = options.metric ?? 'ssimulacra2'
      pictures.push(await kept.get(id, () => store(id, original, options.codec, metric)))
    }
    progress('starting the Workers')
    const workers = await startLoadWorkers(root)
    closers.push(() => workers.close())
    const versions = new Map<string, string>()
    for (const { id, strata } of pictures) versions.set(id, await storeImage(workers, id, strata))
    const site = await startSite({
      link: options.link,
      library: options.library,
      edge: workers.edge,
      files: filesOf(pictures, versions, options.width),
    })
    closers.push(() => site.close())
    const visitTwice = async (side: Side) => {
      throwIfAborted(signal)
      progress(`${side} page`)
      const viewport = { width: 8 * options.width, height: 2 * options.width * pictures.length }
      const context = await browser.newContext({ viewport })
      const open = (site: Site) => visit(context, site, `/${side}.html`, pictures.length)
      const [first, second] = [await open(site), await open(site)]
      await context.close()
      return { first, second }
    }
    return {
      pictures: pictures.length,
      visits: { avif: await visitTwice('avif'), strata: await visitTwice('strata') },
    }
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

function filesOf(pictures: readonly StoredPicture[], versions: ReadonlyMap<string, string>, width: number) {
  const files = new Map<string, string | Uint8Array>([
    ['/avif.html', avifPage(pictures, width)],
    ['/strata.html', strataPage(pictures, versions, width)],
  ])
  for (const { id, avif } of pictures) {
    for (const [step, file] of avif) files.set(`/avif/${id}-${step}.avif`, file)
  }
  return files
}
