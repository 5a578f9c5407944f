import type { Context, Env } from 'hono'
import { StrataError } from '../core/errors.ts'
import { MAX_DIMENSION } from '../format/layout.ts'
import { checkSigning, type Signing } from './access/sign.ts'
import type { ImageCdnOptions, ResolvedOptions } from './options.ts'
import { checkRemoteSources, type RemoteSources } from './sources/allow-list.ts'

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
/** Seconds for which a page may still show an image that was replaced. */
const MAX_AGE_S = 60

/**
 * Checks the options once, at construction, and fills in the defaults.
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
  integerOption('defaultWidth', resolved.defaultWidth, 1, MAX_DIMENSION)
  integerOption('maxTranscodeWidth', resolved.maxTranscodeWidth, 1, MAX_DIMENSION)
  integerOption('maxEmbedWidth', resolved.maxEmbedWidth, 0, MAX_DIMENSION)
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

/**
 * Makes an accessor of an option that is a value or an accessor. A value is checked now, an accessor's at each call.
 */
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
  for (const width of widths) integerOption('allowedWidths', width, 1, MAX_DIMENSION)
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
