import { StrataError } from './core/errors.ts'
import { nearest } from './core/nearest.ts'
import { parseSources } from './edge/sources/parse-sources.ts'
import type { Sources } from './edge/sources/source-options.ts'
import { PICTURE_FORMATS, type PictureFormat } from './format/media-type.ts'

/** What the ready Worker reads of its environment (wrangler.toml), by kind. */
const FLAGS = ['KEEP_ORIGINALS', 'LOOPBACK_SOURCES', 'PERSIST', 'PROMOTE', 'SIGN_QUERY'] as const
const TEXTS = [
  ...[
    'FORMATS',
    'ORIGIN_KEY',
    'ORIGIN_TOKEN',
    'ORIGIN_URL',
    'REMOTE_HOSTS',
    'SAMPLES',
    'SIGNING_KEYS',
    'SOURCES',
    'STRATA_ENV',
  ],
  ...['UPLOAD_TOKEN', 'WEBHOOK_SECRET', 'WEBHOOK_URL'],
]
const BINDINGS = ['ASSETS', 'IMAGES', 'JOBS', 'LEASE', 'TRANSCODER']
const KNOWN: readonly string[] = [...FLAGS, ...TEXTS, ...BINDINGS]

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
 * a webhook, a STRATA_ENV that is neither of the two. Empty when all is well.
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
  if (url && !secret) found.push('WEBHOOK_SECRET: missing, so no event is posted to WEBHOOK_URL')
  if (secret && !url) found.push('WEBHOOK_URL: missing, so no event is posted')
  return found
}

function isQueue(binding: unknown): boolean {
  return typeof binding === 'object' && binding?.constructor.name === QUEUE_CLASS
}
