/**
 * `strata bench burst`: times pages and bursts of pictures that no cache holds, at the edge and at IPX.
 * @module
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { basename, join, parse } from 'node:path'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { encodedFile } from '../encoded-file.ts'
import { listPictures } from '../folder.ts'
import type { Server } from '../workers/program.ts'
import { storeImage } from '../workers/store.ts'
import { type LoadWorkers, startLoadWorkers } from '../workers/workers.ts'
import { askAll, type Burst } from './clients.ts'
import { BROWSER_ACCEPT, measurePromotion, type PromotionRow } from './promotion.ts'

interface BurstBenchOptions {
  /** Folder of pictures. */
  readonly images: string
  /** Folder that keeps the .strata files for later runs. @default none */
  readonly files?: string | undefined
  /** Number of pictures of a page and of a burst; the pictures of the folder are repeated if they are fewer. */
  readonly pictures: number
  /** Width of a page's pictures, at which promotion is measured too. */
  readonly width: number
  /** Widths at which a burst asks for every picture. */
  readonly widths: readonly number[]
  /** Number of variants that are requested at the end, each once. */
  readonly variants: number
  /** Number of pages and bursts of each side; the sides take turns. */
  readonly rounds: number
  /** The folder with the wrangler files. */
  readonly root: string
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  readonly startOrigin: () => Promise<Server>
  /** Starts IPX over a folder of pictures. */
  readonly startPeer: (folder: string) => Promise<Server>
  readonly signal?: AbortSignal | undefined
  readonly progress: (text: string) => void
}

/** Of each side, a round each. */
export interface Sides {
  readonly connections: number
  readonly ours: readonly Burst[]
  readonly peer: readonly Burst[]
}

export interface BurstBench {
  /** Load averages of the machine over a minute, before and after. */
  readonly load: readonly [number, number]
  /** Against IPX's WebP. */
  readonly page: Sides
  /** Bursts of AVIF, which browsers get, against IPX's JPEG. */
  readonly burst: Sides
  /** Bursts of JPEG, for clients that accept nothing better, against IPX's JPEG. */
  readonly jpegBurst: Sides
  readonly variants: Burst
  readonly promotion: readonly PromotionRow[]
}

/** Connections of a browser to one host over HTTP/1.1. */
const PAGE_CONNECTIONS = 6
const BURST_CONNECTIONS = 64

/** Widths of the variants: `count` widths from `first` on, `step` apart. */
const VARIANT_WIDTHS = { first: 100, step: 40, count: 15 } as const

/** A picture of the folder. */
interface Picture {
  readonly path: string
  readonly original: Uint8Array
  readonly file: Uint8Array
}

/** @throws StrataError FILE_FAILED for no pictures, or programs that are not installed; INPUT_*, ORIGIN_*, ABORTED */
export async function benchBurst(options: BurstBenchOptions): Promise<BurstBench> {
  const before = loadavg()[0]!
  const pictures = await readPictures(options)
  const closing: (() => Promise<void>)[] = []
  try {
    options.progress('starting the origin, the Workers and IPX')
    const origin = await options.startOrigin()
    closing.push(() => origin.close())
    const peer = await options.startPeer(options.images)
    closing.push(() => peer.close())
    const workers = await startLoadWorkers(options.root, origin.url)
    closing.push(() => workers.close())
    const measured = await measureAll(
      new Sites(workers, peer.url, pictures, options.pictures),
      pictures,
      origin,
      options,
    )
    return { load: [before, loadavg()[0]!], ...measured }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

async function measureAll(
  sites: Sites,
  pictures: readonly Picture[],
  origin: Server,
  { width, widths, variants, rounds, signal, progress }: BurstBenchOptions,
): Promise<Omit<BurstBench, 'load'>> {
  const ask = (urls: readonly string[], connections: number, accept = BROWSER_ACCEPT) =>
    askAll(urls, { connections, accept, signal })
  const compare = async (
    name: string,
    ofWidths: readonly number[],
    format: string,
    connections: number,
    accept?: string,
  ) => {
    const sides = { connections, ours: [] as Burst[], peer: [] as Burst[] }
    for (let round = 0; round < rounds; round++) {
      progress(`${name} ${round + 1}/${rounds}`)
      const ours = async () =>
        sides.ours.push(await ask(await sites.cold(`${name}${round}`, ofWidths), connections, accept))
      const peer = async () => sides.peer.push(await ask(sites.ofPeer(ofWidths, format), connections))
      for (const side of round % 2 === 0 ? [ours, peer] : [peer, ours]) await side()
    }
    return sides
  }
  progress('the first picture of each')
  await ask((await sites.cold('first', [width])).slice(0, 1), 1)
  await ask(sites.ofPeer([width], 'webp').slice(0, 1), 1)
  const page = await compare('page', [width], 'webp', PAGE_CONNECTIONS)
  const burst = await compare('burst', widths, 'jpeg', BURST_CONNECTIONS)
  const jpegBurst = await compare('jpeg', widths, 'jpeg', BURST_CONNECTIONS, '*/*')
  progress(`${variants} variants`)
  const cold = await ask(await sites.variants(variants), BURST_CONNECTIONS)
  const promotion: PromotionRow[] = []
  for (const [index, { path, original, file }] of pictures.entries()) {
    if (signal?.aborted) break
    progress(`promotion of ${basename(path)}`)
    const edge = await sites.picture(index, width)
    promotion.push(
      await measurePromotion({ image: parse(path).name, original, file, width, edge, origin: origin.url }),
    )
  }
  return { page, burst, jpegBurst, variants: cold, promotion }
}

/** Addresses of pictures at both sides. */
class Sites {
  readonly #workers: LoadWorkers
  readonly #peer: string
  readonly #pictures: readonly Picture[]
  readonly #count: number

  constructor(workers: LoadWorkers, peer: string, pictures: readonly Picture[], count: number) {
    this.#workers = workers
    this.#peer = peer
    this.#pictures = pictures
    this.#count = count
  }

  /** Stores the pictures under new ids, so that no cache holds them, and returns their addresses, ordered by width. */
  async cold(name: string, widths: readonly number[], count = this.#count): Promise<string[]> {
    const ids: string[] = []
    for (let i = 0; i < count; i++) {
      const { file, original } = this.#pictures[i % this.#pictures.length]!
      const id = `${name}-${i}`
      await storeImage(this.#workers, id, file, original)
      ids.push(id)
    }
    return widths.flatMap((width) => ids.map((id) => `${this.#workers.edge}/cdn/img/${id}?w=${width}`))
  }

  /** Addresses at IPX, which caches nothing, so that every picture is made anew. */
  ofPeer(widths: readonly number[], format: string): string[] {
    const names = Array.from({ length: this.#count }, (_, i) =>
      encodeURIComponent(basename(this.#pictures[i % this.#pictures.length]!.path)),
    )
    return widths.flatMap((width) => names.map((name) => `${this.#peer}/w_${width},f_${format}/${name}`))
  }

  async variants(count: number): Promise<string[]> {
    const { first, step, count: each } = VARIANT_WIDTHS
    const widths = Array.from({ length: each }, (_, i) => first + step * i)
    return (await this.cold('variants', widths, Math.ceil(count / each))).slice(0, count)
  }

  /** The answer to a browser. */
  async picture(index: number, width: number): Promise<Uint8Array> {
    const id = `picture-${index}`
    const { file } = this.#pictures[index]!
    // Without the original, so that the edge itself makes the picture.
    await storeImage(this.#workers, id, file)
    const url = `${this.#workers.edge}/cdn/img/${id}?w=${width}`
    const response = await fetch(url, { headers: { Accept: BROWSER_ACCEPT } })
    return new Uint8Array(await response.arrayBuffer())
  }
}

async function readPictures({ images, files, codec, progress }: BurstBenchOptions): Promise<Picture[]> {
  const temporary = files === undefined ? await mkdtemp(join(tmpdir(), 'strata-burst-')) : undefined
  try {
    const pictures: Picture[] = []
    for (const path of await listPictures(images)) {
      progress(`${basename(path)} encoding`)
      const original = await readInput(path)
      const target = join(files ?? temporary!, `${parse(path).name}.strata`)
      const file = await encodedFile(target, original, await readPicture(original.slice()), codec)
      pictures.push({ path, original, file })
    }
    return pictures
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
}
