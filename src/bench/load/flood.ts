/**
 * `strata bench load --uploads N --variants N`: many large uploads at once, and many new sizes of pictures at once, against
 * `strata start` in processes of its own.
 * @module
 */

import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { concat } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { pngChunk } from '../forged/bombs.ts'
import { photo } from '../pictures/formula.ts'
import { memoryOf, type RunningSite, startSite } from '../workers/site.ts'
import { type FloodAnswer, flood } from './flood-client.ts'

interface FloodOptions {
  /** Path of dist/cli/main.js. */
  readonly program: string
  /** Uploads at once. */
  readonly uploads: number
  /** Of each of them. */
  readonly megabytes: number
  /** Number of pictures that are requested at once, each for the first time. */
  readonly variants: number
  readonly progress: (text: string) => void
  readonly signal: AbortSignal
}

/** Resident memory of a process, in bytes. */
export interface FloodMemory {
  readonly process: string
  readonly before: number
  readonly most: number
  readonly after: number
}

export interface FloodPart {
  readonly answers: readonly FloodAnswer[]
  readonly memory: readonly FloodMemory[]
}

export interface Flood {
  /** Load averages of the machine over a minute, before and after. */
  readonly load: readonly [number, number]
  readonly uploads: FloodPart
  /** Number of accepted images by final state, and of refused ones that exist nevertheless. */
  readonly images: Readonly<Record<string, number>>
  /** Originals in the bucket beyond those of accepted uploads. */
  readonly leftOver: number
  readonly variants: FloodPart
}

const MEMORY_MS = 500
const POLL_MS = 1000
const SETTLE_MS = 1_200_000
/** Size of the images of which variants are requested; number of widths per image, the first width, and their step. */
const SOURCE = { width: 1280, height: 853, each: 15, first: 100, step: 40 } as const
const BROWSER_ACCEPT = 'image/avif,image/webp,image/*,*/*;q=0.8'

/** @throws StrataError FILE_FAILED when the site does not start; INTERNAL when images do not become ready; ABORTED */
export async function benchFlood(options: FloodOptions): Promise<Flood> {
  const { program, progress } = options
  const before = loadavg()[0]!
  progress('starting edge and origin')
  const site = await startSite(program)
  try {
    const variants = await floodVariants(site, options)
    const uploads = await floodUploads(site, options)
    return { load: [before, loadavg()[0]!], ...uploads, variants }
  } finally {
    await site.close()
  }
}

async function floodVariants(site: RunningSite, options: FloodOptions): Promise<FloodPart> {
  const { variants, progress, signal } = options
  const { each, first, step, width, height } = SOURCE
  const ids = Array.from({ length: Math.ceil(variants / each) }, (_, i) => `variants-${i}`)
  for (const [i, id] of ids.entries()) {
    progress(`uploading ${i + 1}/${ids.length} pictures`)
    const { data } = photo(width, height, i + 1)
    const body = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 85 })
      .toBuffer()
    const [answer] = await flood([put(site, id, body)], signal)
    if (answer?.status !== 202)
      throw new StrataError('INTERNAL', `PUT ${id}: expected 202, got ${answer?.status}`)
  }
  await settled(site, ids, options)
  progress(`${variants} variants at once`)
  const urls = ids.flatMap((id) =>
    Array.from({ length: each }, (_, i) => `${site.url}/img/${id}?w=${first + step * i}`),
  )
  const requests = urls
    .slice(0, variants)
    .map((url) => ({ url, method: 'GET' as const, headers: { Accept: BROWSER_ACCEPT } }))
  return await watched(site, signal, () => flood(requests, signal))
}

async function floodUploads(
  site: RunningSite,
  options: FloodOptions,
): Promise<Omit<Flood, 'load' | 'variants'>> {
  const { uploads, megabytes, progress, signal } = options
  const ids = Array.from({ length: uploads }, (_, i) => `upload-${i}`)
  const body = await largePicture(1e6 * megabytes)
  progress(`${uploads} uploads at once`)
  const part = await watched(site, signal, () =>
    flood(
      ids.map((id) => put(site, id, body)),
      signal,
    ),
  )
  const isAccepted = (i: number) => part.answers[i]?.status === 202
  const accepted = ids.filter((_, i) => isAccepted(i))
  const states = await settled(site, accepted, options)
  const images: Record<string, number> = {}
  for (const state of states.values()) images[state] = (images[state] ?? 0) + 1
  for (const id of ids.filter((_, i) => !isAccepted(i))) {
    if ((await infoOf(site, id)) !== 'none')
      images['refused, but there'] = (images['refused, but there'] ?? 0) + 1
  }
  const kept = accepted.filter((id) => states.get(id) === 'ready').length
  return { uploads: part, images, leftOver: (await storedOriginals(site, body.length)) - kept }
}

function put({ url }: RunningSite, id: string, body: Uint8Array) {
  const headers = { 'Content-Length': body.length, 'Content-Type': 'image/png' }
  return { url: `${url}/img/${id}?coding=compass`, method: 'PUT' as const, headers, body }
}

/** A small picture in a file of so many bytes, nearly all of them in a chunk that decoders skip (PNG, 5.4). */
async function largePicture(bytes: number): Promise<Uint8Array> {
  const [width, height] = [64, 48]
  const { data } = photo(width, height)
  const png = new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
  const headerEnd = 33
  const rest = Math.max(0, bytes - png.length - 12)
  return concat([png.subarray(0, headerEnd), pngChunk('zzZz', randomBytes(rest)), png.subarray(headerEnd)])
}

/** Waits until no image is pending, and returns their final states. */
async function settled(
  site: RunningSite,
  ids: readonly string[],
  { progress, signal }: FloodOptions,
): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>()
  const deadline = performance.now() + SETTLE_MS
  for (const id of ids) {
    for (let state = await infoOf(site, id); ; state = await infoOf(site, id)) {
      states.set(id, state)
      if (!/^(queued|encoding|no answer)/.test(state)) break
      progress(`${states.size - 1}/${ids.length} images are ready`)
      if (performance.now() > deadline)
        throw new StrataError('INTERNAL', `${id}: still ${state} after ${SETTLE_MS / 60_000} minutes`)
      await sleep(POLL_MS, undefined, { signal })
    }
  }
  return states
}

/** State of an image, followed by the error's code if it has failed; `none` if there is no image. */
async function infoOf({ url }: RunningSite, id: string): Promise<string> {
  const response = await fetch(`${url}/img/${id}.json`).catch(() => undefined)
  if (response === undefined) return 'no answer'
  const info = (await response.json().catch(() => ({}))) as { state?: string; error?: { code: string } }
  if (response.status === 404) return 'none'
  return [info.state ?? `no answer but ${response.status}`, info.error?.code].filter(Boolean).join(' ')
}

/** Objects of the local bucket that are at least so large: Miniflare keeps each in a file. */
async function storedOriginals({ state }: RunningSite, bytes: number): Promise<number> {
  const folder = join(state, 'v3/r2/strata-images/blobs')
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  )
  return sizes.filter((size) => size >= bytes).length
}

/** Does the work and watches the memory of all processes. */
async function watched(
  site: RunningSite,
  signal: AbortSignal,
  work: () => Promise<FloodAnswer[]>,
): Promise<FloodPart> {
  const over = new AbortController()
  const samples: { process: string; rss: number }[][] = []
  const look = async () => {
    const found = await memoryOf(site.pid)
    samples.push(found.map(({ pid, name, rss }) => ({ process: `${name} ${pid}`, rss })))
  }
  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      await look()
      await sleep(MEMORY_MS, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  await look()
  const watching = watch()
  try {
    const answers = await work()
    if (signal.aborted) throw new StrataError('ABORTED', 'the measurement was stopped')
    over.abort()
    await watching
    await look()
    const processes = [...new Set(samples.flat().map(({ process }) => process))]
    const memory = processes.map((process) => {
      const own = samples
        .flatMap((sample) => sample.filter((one) => one.process === process))
        .map(({ rss }) => rss)
      return { process, before: own[0] ?? 0, most: Math.max(...own), after: own.at(-1) ?? 0 }
    })
    return { answers, memory }
  } finally {
    over.abort()
  }
}
