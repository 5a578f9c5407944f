import { type DecodeOptions, decodeRows, type ResumableLayer, resumeDecode } from '../codec/compass/index.ts'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { memoiseLoads } from '../core/memoise-loads.ts'
import { hasAlpha, holdsPictures } from '../format/coding.ts'
import { createBrowserRuntime } from '../runtime/browser.ts'
import type { Runtime } from '../runtime/types.ts'
import { identity } from './address/address.ts'
import { modelAddress } from './decode/assets.ts'
import { toBitmap } from './decode/bitmap.ts'
import { HeldLayers } from './decode/held-layers.ts'
import { type ImagePrefix, Images, readInfo } from './decode/images.ts'
import { Limiter } from './decode/limiter.ts'
import { checkDecode, LimitError, MAX_KEPT_PIXELS } from './decode/limits.ts'
import { deleteOthers, readStored } from './decode/model-store.ts'
import { checkShown, decodePictureLayer } from './decode/picture-layer.ts'
import { restorerFor, warmRestorer } from './decode/restorer.ts'
import { readShownFile } from './decode/shown-file.ts'
import type { Answer, Request } from './messages.ts'

/** The members of DedicatedWorkerGlobalScope that this file uses. */
interface Scope {
  onmessage: ((event: MessageEvent<Request>) => void) | null
  postMessage(message: Answer, transfer?: Transferable[]): void
}

type Decoding = AsyncGenerator<RgbImage, ResumableLayer | undefined>
type Show = Extract<Request, { type: 'show' }>
type Restore = Extract<Request, { type: 'restore' }>
type Warm = Extract<Request, { type: 'warm' }>

/** Error codes that concern one image. All others mean that nothing can be decoded on this page. */
const ONE_IMAGE_CODES = /^(?!MODEL_INVALID|INTERNAL|OPTION_INVALID)/

/** Bytes for decoded layers: about three layers of 1280 x 853. */
const HELD_BYTES = 32 * 1024 * 1024

const scope = globalThis as unknown as Scope
const images = new Images()
/** One picture is decoded at a time: all share one engine, and two would take twice the memory. */
const decoding = new Limiter(1)
const jobs = new Map<number, AbortController>()
let assets: string | undefined
let held = new HeldLayers(0)
/** Opened by the first job; after a failure the next job tries again. */
const runtime = memoiseLoads<void, Runtime>(open)

scope.onmessage = ({ data: request }) => {
  if (request.type === 'cancel') jobs.get(request.job)?.abort()
  else if (request.type === 'ping') scope.postMessage({ type: 'pong' })
  else if (request.type === 'forget') held.delete(identity(request.image))
  else if (request.type !== 'start') void perform(request)
  else {
    assets = request.assets
    held = new HeldLayers(request.heldBytes ?? HELD_BYTES)
  }
}

async function perform(request: Show | Restore | Warm): Promise<void> {
  const { job } = request
  const control = new AbortController()
  jobs.set(job, control)
  try {
    if (request.type === 'show') await show(request, control.signal)
    else if (request.type === 'restore') await restore(request, control.signal)
    else await warm(request)
  } catch (error) {
    if (!control.signal.aborted) fail(job, error)
  } finally {
    jobs.delete(job)
  }
}

async function show(request: Show, signal: AbortSignal): Promise<void> {
  // Models and image are fetched concurrently.
  const models = runtime()
  models.catch(() => undefined)
  if (request.placeholder) void sendPlaceholder(request, signal)
  const file = await images.get(request, signal)
  try {
    await paint(request, file, models, signal)
  } catch (error) {
    const isDamaged = error instanceof StrataError && /^(FORMAT_|ENTROPY_)/.test(error.code)
    if (!isDamaged || !file || file.transfer.fetched > 0) throw error
    // The stored bytes are damaged, or an older version of the format.
    await images.discard(request.image)
    await paint(request, await images.get(request, signal), models, signal)
  }
}

async function paint(
  request: Show,
  file: ImagePrefix | undefined,
  models: Promise<Runtime>,
  signal: AbortSignal,
): Promise<void> {
  const { job, image } = request
  if (!file) return scope.postMessage({ type: 'end', job })
  const { bytes, header, layer, version, transfer } = file
  const info = header.layers[layer]!
  const isKept = info.width * info.height <= MAX_KEPT_PIXELS
  checkShown(info, request.covers)
  if (!holdsPictures(header)) {
    checkDecode(header, layer, isKept ? held.highest(identity(image), version, layer) : -1)
  }
  const layers = header.layers.map((each) => {
    const { width, height, end } = each
    return { width, height, end, alpha: hasAlpha(each) }
  })
  const begin = { type: 'begin', job, layer, layers, transfer } as const
  await decoding.run(async () => {
    if (holdsPictures(header)) {
      const bitmap = await decodePictureLayer(bytes, info)
      scope.postMessage(begin)
      scope.postMessage({ type: 'strip', job, top: 0, bitmap }, [bitmap])
      return scope.postMessage({ type: 'end', job })
    }
    const runtime = await models
    scope.postMessage(begin)
    const decoded = await send(job, decode(image, file, { runtime, layer, signal }))
    if (decoded) held.put(identity(image), version, decoded)
    scope.postMessage({ type: 'end', job })
  }, signal)
}

/** @returns the decoded layer, if a higher layer can be decoded from it */
async function* decode(image: string, file: ImagePrefix, options: DecodeOptions): Decoding {
  const { bytes, header, layer, version } = file
  const { width, height } = header.layers[layer]!
  const isLast = layer + 1 === header.layers.length
  const below = held.take(identity(image), version, layer)
  if (width * height > MAX_KEPT_PIXELS || (isLast && !below)) {
    below?.close()
    return yield* decodeRows(bytes, options) as Decoding
  }
  const decoded = yield* resumeDecode(bytes, options, below)
  if (isLast) decoded?.close()
  return isLast ? undefined : decoded
}

/** Sends each strip as soon as it is decoded. @returns what the generator returns */
async function send<T>(job: number, strips: AsyncGenerator<RgbImage, T>): Promise<T> {
  for (let top = 0; ; ) {
    const { done, value } = await strips.next()
    if (done) return value
    const bitmap = await toBitmap(value)
    scope.postMessage({ type: 'strip', job, top, bitmap }, [bitmap])
    top += value.height
  }
}

async function sendPlaceholder({ job, image }: Show, signal: AbortSignal): Promise<void> {
  const uri = (await readInfo(image, signal))?.placeholder?.dataUri
  if (uri && !signal.aborted) scope.postMessage({ type: 'placeholder', job, uri })
}

async function restore({ job, address }: Restore, signal: AbortSignal): Promise<void> {
  const file = await readShownFile(address, signal)
  await decoding.run(async () => {
    scope.postMessage({ type: 'restoring', job })
    const restorer = await restorerFor(file, runtime)
    const { image, method, factor, note } = await restorer.restore(file, signal)
    const bitmap = await toBitmap(image)
    scope.postMessage({ type: 'restored', job, bitmap, method, factor, note }, [bitmap])
  }, signal)
}

async function warm({ job, restore }: Warm): Promise<void> {
  const models = await runtime()
  if (restore) await warmRestorer(models)
  else await Promise.all([models.table('decoder'), models.blob('decoder')])
  scope.postMessage({ type: 'end', job })
}

async function open(): Promise<Runtime> {
  const address = (file: string) => modelAddress(file, assets)
  const models = await createBrowserRuntime({
    models: address,
    kernels: address('kernels.wasm'),
    read: readStored,
  })
  void deleteOthers(Object.values(models.manifest.files).map(({ sha256 }) => sha256))
  return models
}

function fail(job: number, error: unknown): void {
  const known = error instanceof StrataError ? error : unexpected(error)
  const { code, message } = known
  const limit = known instanceof LimitError ? known.limit : undefined
  scope.postMessage({ type: 'failed', job, code, message, unusable: !ONE_IMAGE_CODES.test(code), limit })
}

/** fetch() throws a TypeError when the network fails, which is not a defect. */
function unexpected(error: unknown): { readonly code: string; readonly message: string } {
  // Browsers throw a RangeError when a buffer or WebAssembly memory cannot be allocated.
  if (error instanceof RangeError) return new LimitError('memory', error.message)
  return { code: error instanceof TypeError ? 'ORIGIN_FAILED' : 'INTERNAL', message: String(error) }
}
