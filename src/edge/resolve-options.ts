import type { Context, Env } from 'hono'
import { StrataError } from '../core/errors.ts'
import { MAX_DIMENSION, MAX_UPLOAD_BYTES } from '../core/limits/table.ts'
import { PICTURE_FORMATS, type PictureFormat } from '../format/media-type.ts'
import { checkSigning } from './access/sign.ts'
import type { ImageCdnOptions, ResolvedOptions } from './options.ts'
import { DEFAULT_RULES } from './plan/default-rules.ts'
import { IMAGE_PARAMS, parseImageParams } from './request/params.ts'
import { checkRemoteSources } from './sources/allow-list.ts'
import { checkSources } from './sources/source-options.ts'

/** Gives the value of an option, or its default. @throws StrataError OPTION_INVALID */
type Rule = (given: unknown, name: string) => unknown

const YEAR_S = 31_536_000
/** One line for each option of ImageCdnOptions. */
const RULES: Readonly<Record<keyof ImageCdnOptions, Rule>> = {
  bucket: accessor(),
  transcoder: accessor(nothing),
  origin: accessor(),
  queue: accessor(nothing),
  keepOriginal: flag(true),
  onUploaded: accessor(nothing),
  onEncoded: accessor(nothing),
  onFailed: accessor(nothing),
  onAnswer: accessor(nothing),
  webhook: accessor(nothing),
  uploadToken: accessor(nothing),
  development: accessor(isDevelopment),
  remote: checked(checkRemoteSources),
  sources: checked(checkSources),
  signing: checked(checkSigning),
  publicPath: checked(checkPublicPath),
  formats,
  allowedWidths: widths(DEFAULT_RULES.allowedWidths),
  hintWidths: widths(DEFAULT_RULES.hintWidths),
  presets,
  presetsOnly: flag(false),
  persist: flag(false),
  promote,
  lease: accessor(nothing),
  serveOriginal: boolean(false),
  defaultWidth: integer(DEFAULT_RULES.defaultWidth, 1, MAX_DIMENSION),
  maxTranscodeWidth: integer(DEFAULT_RULES.maxTranscodeWidth, 1, MAX_DIMENSION),
  maxEmbedWidth: integer(DEFAULT_RULES.maxEmbedWidth, 0, MAX_DIMENSION),
  hyperThumbnail: choice(['asked', 'always'], DEFAULT_RULES.hyperThumbnail),
  hints: choice(['fill', 'cap', 'off'], DEFAULT_RULES.hints),
  maxUploadBytes: integer(MAX_UPLOAD_BYTES, 1, Number.MAX_SAFE_INTEGER),
  maxAge: integer(300, 0, YEAR_S),
  staleWhileRevalidate: integer(86_400, 0, YEAR_S),
  allowOrigin: origin,
}

/**
 * Checks the options once, at construction, and fills in the defaults.
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came
 */
export function resolveOptions<E extends Env>(options: ImageCdnOptions<E>): ResolvedOptions<E> {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object', options)
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(RULES, name))
      throw invalidOption(name, `one of ${Object.keys(RULES).join(', ')}`, name)
  }
  const given: Readonly<Record<string, unknown>> = { ...options }
  const resolved = Object.entries(RULES).map(([name, rule]) => [name, rule(given[name], name)])
  // Each rule gives what ResolvedOptions says of its name; the compiler cannot follow that through the loop.
  return Object.fromEntries(resolved) as ResolvedOptions<E>
}

function nothing(): undefined {
  return undefined
}

function isDevelopment({ env }: Context): boolean {
  return (env as Record<string, unknown> | undefined)?.STRATA_ENV === 'development'
}

/** A function of the context. */
function accessor(byDefault?: (c: Context) => unknown): Rule {
  return (given, name) => {
    const value = given ?? byDefault
    if (typeof value !== 'function') throw invalidOption(name, 'a function of the context', value)
    return value
  }
}

/** True, false or a function of the context; resolved to the function. */
function flag(byDefault: boolean): Rule {
  return (given = byDefault, name) => {
    if (typeof given === 'function') return given
    if (typeof given !== 'boolean')
      throw invalidOption(name, 'true, false or a function of the context', given)
    return () => given
  }
}

/** A value or a function that gives one; resolved to the function. A value is checked now, a given one at each call. */
function checked<T>(check: (value: T) => void): Rule {
  return (given) => {
    if (typeof given !== 'function') {
      if (given !== undefined) check(given as T)
      return () => given
    }
    return (c: Context) => {
      const value: T | undefined = given(c)
      if (value !== undefined) check(value)
      return value
    }
  }
}

function boolean(byDefault: boolean): Rule {
  return (given, name) => {
    const value = given ?? byDefault
    if (typeof value !== 'boolean') throw invalidOption(name, 'true or false', value)
    return value
  }
}

function integer(byDefault: number, min: number, max: number): Rule {
  return (given, name) => {
    const value = given ?? byDefault
    if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return value
    throw invalidOption(name, `an integer from ${min} to ${max}`, value)
  }
}

/** One of these texts. */
function choice(values: readonly string[], byDefault: string): Rule {
  return (given, name) => {
    const value = given ?? byDefault
    if (values.some((allowed) => allowed === value)) return value
    throw invalidOption(name, values.join(' or '), value)
  }
}

/** A list of widths in pixels, resolved to ascending order. */
function widths(byDefault: readonly number[]): Rule {
  const check = integer(0, 1, MAX_DIMENSION)
  return (given, name) => {
    const list = given ?? byDefault
    if (!Array.isArray(list)) throw invalidOption(name, 'a list of widths', list)
    return list.map((width) => check(width ?? Number.NaN, name) as number).sort((a, b) => a - b)
  }
}

/** True, false or a number of finds, or a function that gives one; resolved to a function that gives a number, 0 for never. */
function promote(given: unknown, name: string): (c: Context) => number {
  const check = (value: unknown): number => {
    const finds = value === true ? 2 : value === false || value === undefined ? 0 : value
    if (Number.isInteger(finds) && Number(finds) >= 0 && Number(finds) <= 1000) return Number(finds)
    throw invalidOption(name, 'true, false or an integer from 0 to 1000', value)
  }
  if (typeof given === 'function') return (c) => check(given(c))
  const finds = check(given)
  return () => finds
}

/** A list of formats, each once, or a function that gives one or undefined; resolved to a function. */
function formats(given: unknown, name: string): (c: Context) => readonly PictureFormat[] {
  const check = (value: unknown): readonly PictureFormat[] => {
    const list = value ?? DEFAULT_RULES.formats
    const isKnown = Array.isArray(list) && list.every((format) => PICTURE_FORMATS.includes(format))
    if (isKnown && list.length > 0 && new Set(list).size === list.length) return list
    throw invalidOption(name, `a list of ${PICTURE_FORMATS.join(', ')}, each at most once`, list)
  }
  if (typeof given === 'function') return (c) => check(given(c))
  const list = check(given)
  return () => list
}

/** Queries by name, or a function that gives them; resolved to a function. Each query is read once, to find errors early. */
function presets(given: unknown, name: string): (c: Context) => Readonly<Record<string, string>> {
  const check = (value: unknown): Readonly<Record<string, string>> => {
    const named = value ?? {}
    if (typeof named !== 'object' || Array.isArray(named))
      throw invalidOption(name, "an object such as { card: 'w=400&ar=16:9' }", value)
    for (const [preset, query] of Object.entries(named)) checkPreset(preset, query, name)
    return named as Readonly<Record<string, string>>
  }
  if (typeof given === 'function') return (c) => check(given(c))
  const named = check(given)
  return () => named
}

function checkPreset(preset: string, query: unknown, name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(preset))
    throw invalidOption(name, 'names of letters, digits, - and _', preset)
  if (typeof query !== 'string')
    throw invalidOption(`${name}.${preset}`, 'a query such as w=400&ar=16:9', query)
  const parameters = new URLSearchParams(query)
  const unknown = [...parameters.keys()].find((key) => !IMAGE_PARAMS.some((param) => param === key))
  if (unknown !== undefined)
    throw invalidOption(`${name}.${preset}`, `parameters of ${IMAGE_PARAMS.join(', ')}`, unknown)
  try {
    parseImageParams(parameters)
  } catch (cause) {
    const message = cause instanceof StrataError ? cause.message : String(cause)
    throw new StrataError('OPTION_INVALID', `imageCdn option ${name}.${preset}: ${message}`, { cause })
  }
}

/** @throws StrataError OPTION_INVALID */
function checkPublicPath(path: string): void {
  if (typeof path === 'string' && /^(\/[A-Za-z0-9._~-]+)*$/.test(path)) return
  throw invalidOption('publicPath', 'a path such as /images, without a slash at its end', path)
}

/** Value of `Access-Control-Allow-Origin`. */
function origin(given: unknown, name: string): string {
  const value = given ?? '*'
  if (typeof value === 'string' && /^(\*|https?:\/\/[^\s/]+)$/.test(value)) return value
  throw invalidOption(name, '* or an origin such as https://example.com', value)
}

function invalidOption(name: string, expected: string, actual: unknown): StrataError {
  const shown = typeof actual === 'string' ? JSON.stringify(actual) : String(actual)
  return new StrataError('OPTION_INVALID', `imageCdn option ${name}: expected ${expected}, got ${shown}`)
}
