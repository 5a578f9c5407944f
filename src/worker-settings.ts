import { StrataError } from './core/errors.ts'
import { nearest } from './core/nearest.ts'
import { parseSources } from './edge/sources/parse-sources.ts'
import type { Sources } from './edge/sources/source-options.ts'
import { checkS3Options, type S3StoreOptions } from './edge/store/s3/options.ts'
import { PICTURE_FORMATS, type PictureFormat } from './format/media-type.ts'

/** What the ready Worker reads of its environment (wrangler.toml), by kind. */
const FLAGS = [
  'KEEP_ORIGINALS',
  'LOOPBACK_SOURCES',
  'PERSIST',
  'PRESETS_ONLY',
  'PROMOTE',
  'SIGN_QUERY',
] as const
const TEXTS = [
  ...[
    'FORMATS',
    'ORIGIN_KEY',
    'ORIGIN_TOKEN',
    'ORIGIN_URL',
    'PRESETS',
    'PUBLIC_PATH',
    'REMOTE_HOSTS',
    'SAMPLES',
    'SIGNING_KEYS',
    'SOURCES',
    'STRATA_ENV',
  ],
  ...['UPLOAD_TOKEN', 'WEBHOOK_SECRET', 'WEBHOOK_URL'],
]
/** The variable of each option of the S3 store. */
const S3_VARIABLES = {
  endpoint: 'S3_ENDPOINT',
  bucket: 'S3_BUCKET',
  region: 'S3_REGION',
  accessKeyId: 'S3_ACCESS_KEY_ID',
  secretAccessKey: 'S3_SECRET_ACCESS_KEY',
  prefix: 'S3_PREFIX',
} as const
const S3_NAMES = Object.values(S3_VARIABLES)
const BINDINGS = ['ANALYTICS', 'ASSETS', 'IMAGES', 'JOBS', 'LEASE', 'TRANSCODER']
const KNOWN: readonly string[] = [...FLAGS, ...TEXTS, ...S3_NAMES, ...BINDINGS]

const ENVIRONMENTS = ['development', 'production']

/** What workerd calls the class of a bound queue. */
const QUEUE_CLASS = 'WorkerQueue'

/**
 * A variable that is `true` or `false`; empty or missing: the fallback.
 * @throws StrataError OPTION_INVALID for anything else
 */
export function readFlag(
  env: { readonly [name in (typeof FLAGS)[number]]?: string | undefined },
  name: (typeof FLAGS)[number],
  fallback: boolean,
): boolean {
  const text = env[name] || String(fallback)
  if (text === 'true' || text === 'false') return text === 'true'
  throw new StrataError('OPTION_INVALID', `${name}: expected true or false, got ${JSON.stringify(text)}`)
}

/**
 * A list of formats such as `webp,jpeg`; undefined where the variable is empty or missing.
 * @throws StrataError OPTION_INVALID for what is no format
 */
export function readFormats(text: string | undefined): PictureFormat[] | undefined {
  const names = (text ?? '').split(',').map((name) => name.trim())
  if (names.length === 1 && names[0] === '') return undefined
  return names.map((name) => {
    const format = PICTURE_FORMATS.find((known) => known === name)
    if (format !== undefined) return format
    const expected = `formats of ${PICTURE_FORMATS.join(', ')}, separated by commas`
    throw new StrataError('OPTION_INVALID', `FORMATS: expected ${expected}, got ${JSON.stringify(text)}`)
  })
}

/**
 * Presets such as `card?w=400&ar=16:9 hero?w=1600`, separated by white space.
 * @throws StrataError OPTION_INVALID for one without a query; what the queries say is checked by the plugin
 */
export function readPresets(text = ''): Readonly<Record<string, string>> {
  const presets = text.split(/\s+/).filter((part) => part !== '')
  return Object.fromEntries(
    presets.map((preset) => {
      const [, name, query] = /^([^?]+)\?(.+)$/.exec(preset) ?? []
      if (name !== undefined && query !== undefined) return [name, query]
      const expected = 'presets such as card?w=400&ar=16:9, separated by spaces'
      throw new StrataError('OPTION_INVALID', `PRESETS: expected ${expected}, got ${JSON.stringify(preset)}`)
    }),
  )
}

/**
 * The S3 bucket that takes the place of the binding IMAGES; undefined where no variable names one. All but S3_PREFIX must be
 * set then.
 * @throws StrataError OPTION_INVALID that names the variable, but shows no secret
 */
export function readS3(
  env: { readonly [name in (typeof S3_NAMES)[number]]?: string | undefined },
): S3StoreOptions | undefined {
  if (S3_NAMES.every((name) => !env[name])) return undefined
  const given = {
    endpoint: env.S3_ENDPOINT ?? '',
    bucket: env.S3_BUCKET ?? '',
    region: env.S3_REGION ?? '',
    accessKeyId: env.S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.S3_SECRET_ACCESS_KEY ?? '',
    prefix: env.S3_PREFIX ?? '',
  }
  return checkS3Options(given, (option) => (option === 'timeoutMs' ? option : S3_VARIABLES[option]))
}

/**
 * Where pictures are pulled from: see parseSources. Websites may redirect to REMOTE_HOSTS.
 * @throws StrataError OPTION_INVALID
 */
export function readSources(env: {
  readonly SOURCES?: string | undefined
  readonly REMOTE_HOSTS?: string | undefined
  readonly LOOPBACK_SOURCES?: string | undefined
}): Sources {
  return parseSources(env.SOURCES ?? '', {
    bucket: (name) => (env as Readonly<Record<string, unknown>>)[name],
    hosts: listOf(env.REMOTE_HOSTS),
    loopback: readFlag(env, 'LOOPBACK_SOURCES', false),
  })
}

/** The parts between commas, without empty ones. */
export function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/**
 * What of an environment has no effect though somebody meant one: misspelt names, a queue that is not bound as JOBS, half
 * a webhook, a STRATA_ENV that is neither of the two, a bucket beside that of S3. Empty when all is well.
 */
export function describeSettings(env: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = []
  for (const name of Object.keys(env).sort()) {
    if (KNOWN.includes(name)) continue
    const meant = nearest(name, KNOWN)
    if (isQueue(env[name]) && !env.JOBS) {
      found.push(
        `${name}: a queue, but no queue is bound as JOBS, so uploads are encoded by the requests that made them`,
      )
    } else if (meant !== undefined && (typeof env[name] === 'string' || !env[meant])) {
      found.push(`${name}: no such variable or binding; did you mean ${meant}?`)
    }
  }
  const { STRATA_ENV: environment, WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = env
  if (environment && !ENVIRONMENTS.includes(String(environment))) {
    const taken = 'it is taken for production'
    found.push(
      `STRATA_ENV: expected ${ENVIRONMENTS.join(' or ')}, got ${JSON.stringify(environment)}; ${taken}`,
    )
  }
  if (env.IMAGES && env.S3_BUCKET) found.push('IMAGES: not used, because S3_BUCKET names the bucket')
  if (url && !secret) found.push('WEBHOOK_SECRET: missing, so no event is posted to WEBHOOK_URL')
  if (secret && !url) found.push('WEBHOOK_URL: missing, so no event is posted')
  return found
}

function isQueue(binding: unknown): boolean {
  return typeof binding === 'object' && binding?.constructor.name === QUEUE_CLASS
}
