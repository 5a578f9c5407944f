import type { Context, Env } from 'hono'
import { StrataError } from '../core/errors.ts'
import { checkSigning, type Signing } from './access/sign.ts'
import type { ImageEvent } from './ingest/events.ts'
import type { ImageJob } from './ingest/jobs.ts'
import type { Origin } from './ingest/origin.ts'
import type { Webhook } from './ingest/webhook.ts'
import { checkRemoteSources, type RemoteSources } from './sources/allow-list.ts'
import type { Transcoder } from './transcoder/transcoder.ts'
import type { LeaseNamespace } from './variants/lease-client.ts'

/** Called by what happened to an image, at least once for each event. It may throw: that is logged and no more. */
export type ImageHook<E extends Env> = (event: ImageEvent, c: Context<E>) => void | Promise<void>

/** Options of `imageCdn`. Bindings come by accessors, so their names are the user's own. */
export interface ImageCdnOptions<E extends Env = Env> {
  /** Where images and their records are kept. Only the plugin writes to it. */
  readonly bucket: (c: Context<E>) => R2Bucket
  /**
   * Makes JPEGs for clients that do not decode .strata, such as `serviceTranscoder(c.env.TRANSCODER)`. Without one only
   * .strata files are served, and JPEGs that were kept (`persist`).
   * @default none
   */
  readonly transcoder?: (c: Context<E>) => Transcoder | undefined
  /** Where uploads are encoded. */
  readonly origin: (c: Context<E>) => Origin
  /**
   * The queue whose consumer is `imageQueue`. Without one an upload is encoded by the request that made it.
   * @default none
   */
  readonly queue?: (c: Context<E>) => Queue<ImageJob> | undefined
  /**
   * Whether originals stay in the bucket once they are encoded; `strata reencode` needs them.
   * @default true
   */
  readonly keepOriginal?: boolean | ((c: Context<E>) => boolean)
  /** An upload is stored. */
  readonly onUploaded?: ImageHook<E>
  /** An image is ready. */
  readonly onEncoded?: ImageHook<E>
  /** An image could not be encoded. */
  readonly onFailed?: ImageHook<E>
  /**
   * Where the same events are posted to, signed. At least once with a `queue`, else as long as the request lasts.
   * @default none
   */
  readonly webhook?: (c: Context<E>) => Webhook | undefined
  /**
   * The token that PUT and DELETE must carry as `Authorization: Bearer`. Without one they are refused.
   * @default none
   */
  readonly uploadToken?: (c: Context<E>) => string | undefined
  /**
   * Whether uploads need no token. Never derive it from a request.
   * @default c.env.STRATA_ENV === 'development'
   */
  readonly development?: (c: Context<E>) => boolean
  /**
   * Hosts that `PUT /img/:id?url=…` may fetch pictures from. Nothing else is ever fetched.
   * @default none
   */
  readonly remote?: RemoteSources | ((c: Context<E>) => RemoteSources | undefined)
  /**
   * Keys of signed URLs (`strata-cdn/sign`): with them an image is answered to those alone.
   * @default none
   */
  readonly signing?: Signing | ((c: Context<E>) => Signing | undefined)
  /**
   * Widths and heights that a URL may ask a JPEG in, in device pixels (times `dpr`): they bound how many there can be.
   * What a hint says snaps up to them.
   * @default []: any
   */
  readonly allowedWidths?: readonly number[]
  /**
   * Whether JPEGs are kept in the bucket, under `jpeg/`, so that each is decoded once and not once in every data centre.
   * @default false
   */
  readonly persist?: boolean | ((c: Context<E>) => boolean)
  /**
   * The namespace of `TranscodeLease` (`strata-cdn/durable`): where JPEGs are kept, only one isolate of all makes one, and
   * the others wait for it. Without it each that misses makes it.
   * @default none
   */
  readonly lease?: (c: Context<E>) => LeaseNamespace | undefined
  /**
   * Whether `GET` answers an image that is not encoded yet, or needs a transcoder where there is none, with the bytes that
   * were uploaded. They hold all metadata, such as where a photo was taken.
   * @default false
   */
  readonly serveOriginal?: boolean
  /**
   * Width in pixels when neither the URL nor a hint names one.
   * @default 1280
   */
  readonly defaultWidth?: number
  /**
   * Widest layer that is decoded at the edge; wider requests get the largest ladder width that is not above it.
   * @default 1920
   */
  readonly maxTranscodeWidth?: number
  /**
   * Widest layer that is decoded to be hidden in a JPEG of half its width. 0: nothing is hidden.
   * @default 1600
   */
  readonly maxEmbedWidth?: number
  /**
   * `fill`: Client Hints choose the width when the URL names none. `cap`: they also bound an explicit `w` from above.
   * `off`: they are not read.
   * @default 'fill'
   */
  readonly hints?: 'fill' | 'cap' | 'off'
  /**
   * Largest upload in bytes.
   * @default 104857600 (100 MiB)
   */
  readonly maxUploadBytes?: number
  /**
   * Seconds a browser may show an image without asking again, at most 60; `id@hash` URLs never expire.
   * @default 0: kept, but revalidated by ETag on every use
   */
  readonly maxAge?: number
  /**
   * Value of `Access-Control-Allow-Origin`; only reading is ever allowed across origins.
   * @default '*'
   */
  readonly allowOrigin?: string
}

/** The options with every default filled in. */
export type ResolvedOptions<E extends Env> = Required<ImageCdnOptions<E>> & {
  readonly keepOriginal: (c: Context<E>) => boolean
  readonly persist: (c: Context<E>) => boolean
  readonly remote: (c: Context<E>) => RemoteSources | undefined
  readonly signing: (c: Context<E>) => Signing | undefined
}

const FUNCTIONS = [
  'bucket',
  'transcoder',
  'origin',
  'queue',
  'webhook',
  'uploadToken',
  'development',
  'lease',
  'onUploaded',
  'onEncoded',
  'onFailed',
] as const
const HINT_MODES = ['fill', 'cap', 'off'] as const
const MAX_WIDTH = 65_535
/** What a page shows of an image that was replaced is no older. */
const MAX_AGE_S = 60

/**
 * Checks the options once, at construction.
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came
 */
export function resolveOptions<E extends Env>(options: ImageCdnOptions<E>): ResolvedOptions<E> {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object', options)
  const resolved: ResolvedOptions<E> = {
    bucket: options.bucket,
    transcoder: options.transcoder ?? (() => undefined),
    origin: options.origin,
    queue: options.queue ?? (() => undefined),
    keepOriginal: accessor(options.keepOriginal ?? true),
    onUploaded: options.onUploaded ?? (() => undefined),
    onEncoded: options.onEncoded ?? (() => undefined),
    onFailed: options.onFailed ?? (() => undefined),
    webhook: options.webhook ?? (() => undefined),
    uploadToken: options.uploadToken ?? (() => undefined),
    development:
      options.development ?? ((c) => (c.env as Record<string, unknown>)?.STRATA_ENV === 'development'),
    remote: checked<E, RemoteSources>(options.remote, checkRemoteSources),
    signing: checked<E, Signing>(options.signing, checkSigning),
    allowedWidths: sorted(options.allowedWidths ?? []),
    persist: accessor(options.persist ?? false),
    lease: options.lease ?? (() => undefined),
    serveOriginal: options.serveOriginal ?? false,
    defaultWidth: options.defaultWidth ?? 1280,
    maxTranscodeWidth: options.maxTranscodeWidth ?? 1920,
    maxEmbedWidth: options.maxEmbedWidth ?? 1600,
    hints: options.hints ?? 'fill',
    maxUploadBytes: options.maxUploadBytes ?? 100 * 1024 * 1024,
    maxAge: options.maxAge ?? 0,
    allowOrigin: options.allowOrigin ?? '*',
  }
  for (const name of Object.keys(options)) {
    if (!(name in resolved)) throw invalidOption(name, `one of ${Object.keys(resolved).join(', ')}`, name)
  }
  for (const name of FUNCTIONS) {
    if (typeof resolved[name] !== 'function')
      throw invalidOption(name, 'a function of the context', resolved[name])
  }
  integerOption('defaultWidth', resolved.defaultWidth, 1, MAX_WIDTH)
  integerOption('maxTranscodeWidth', resolved.maxTranscodeWidth, 1, MAX_WIDTH)
  integerOption('maxEmbedWidth', resolved.maxEmbedWidth, 0, MAX_WIDTH)
  integerOption('maxUploadBytes', resolved.maxUploadBytes, 1, Number.MAX_SAFE_INTEGER)
  integerOption('maxAge', resolved.maxAge, 0, MAX_AGE_S)
  if (typeof resolved.serveOriginal !== 'boolean')
    throw invalidOption('serveOriginal', 'true or false', resolved.serveOriginal)
  for (const name of ['keepOriginal', 'persist'] as const) {
    if (!['boolean', 'function', 'undefined'].includes(typeof options[name]))
      throw invalidOption(name, 'true, false or a function of the context', options[name])
  }
  if (!HINT_MODES.includes(resolved.hints))
    throw invalidOption('hints', HINT_MODES.join(' or '), resolved.hints)
  if (typeof resolved.allowOrigin !== 'string' || !/^(\*|https?:\/\/[^\s/]+)$/.test(resolved.allowOrigin)) {
    throw invalidOption('allowOrigin', '* or an origin such as https://example.com', resolved.allowOrigin)
  }
  return resolved
}

function accessor<E extends Env>(value: boolean | ((c: Context<E>) => boolean)): (c: Context<E>) => boolean {
  return typeof value === 'function' ? value : () => value
}

/** An option that is a value or gives one: checked at construction, or whenever it is asked. */
function checked<E extends Env, T extends object>(
  option: T | ((c: Context<E>) => T | undefined) | undefined,
  check: (value: T) => void,
): (c: Context<E>) => T | undefined {
  if (typeof option === 'function') {
    return (c) => {
      const value = option(c)
      if (value !== undefined) check(value)
      return value
    }
  }
  if (option !== undefined) check(option)
  return () => option
}

function sorted(widths: readonly number[]): readonly number[] {
  if (!Array.isArray(widths)) throw invalidOption('allowedWidths', 'a list of widths', widths)
  for (const width of widths) integerOption('allowedWidths', width, 1, MAX_WIDTH)
  return [...widths].sort((a, b) => a - b)
}

function integerOption(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw invalidOption(name, `an integer from ${min} to ${max}`, value)
}

function invalidOption(name: string, expected: string, actual: unknown): StrataError {
  const shown = typeof actual === 'string' ? JSON.stringify(actual) : String(actual)
  return new StrataError('OPTION_INVALID', `imageCdn option ${name}: expected ${expected}, got ${shown}`)
}
