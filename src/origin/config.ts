import { StrataError } from '../core/errors.ts'
import { MAX_SOURCE_PIXELS, MAX_UPLOAD_BYTES } from '../core/limits/table.ts'
import { nearest } from '../core/nearest.ts'
import { NODE_PROVIDERS, type NodeProvider } from '../runtime/providers.ts'

/** Settings of the origin. Each comes from one environment variable, named in `NUMBERS` or `readConfig`. */
export interface OriginConfig {
  readonly host: string
  readonly port: number
  /** Encodes that run at once. One encode already uses several cores. */
  readonly concurrency: number
  /** Requests that may wait beyond those that run; more are answered 503. */
  readonly waiting: number
  /** Pictures that are rendered at once, beside the encodes. */
  readonly renders: number
  /** Requests for renders that may wait beyond those, enough for a burst of 64 connections; more are answered 503. */
  readonly rendersWaiting: number
  /** Bytes of originals that stay in memory, so that their next sizes are rendered without sending them again. */
  readonly keptBytes: number
  readonly maxBytes: number
  readonly maxPixels: number
  /** Seconds a client may take to send a whole request. */
  readonly bodySeconds: number
  /** Seconds that running encodes and renders get to finish after SIGTERM. */
  readonly drainSeconds: number
  /** When set, `/encode` and `/render` ask for `Authorization: Bearer <token>`. */
  readonly token: string | undefined
  /** Whether anybody may read `/metrics`: nobody but this machine reaches the origin, or it was said so. */
  readonly openMetrics: boolean
  /** When set, they ask for signatures by this key as well (core/http/encode-signature.ts). */
  readonly key: string | undefined
  /** What analyses pictures: see NodeProvider. */
  readonly provider: NodeProvider
}

type NumericKey = Exclude<keyof OriginConfig, 'host' | 'token' | 'key' | 'provider' | 'openMetrics'>

interface NumericSetting {
  readonly env: string
  readonly fallback: number
  readonly min: number
  readonly max: number
}

const NUMBERS: Record<NumericKey, NumericSetting> = {
  port: { env: 'ORIGIN_PORT', fallback: 8788, min: 0, max: 65535 },
  concurrency: { env: 'ORIGIN_CONCURRENCY', fallback: 1, min: 1, max: 64 },
  waiting: { env: 'ORIGIN_WAITING', fallback: 8, min: 0, max: 1000 },
  renders: { env: 'ORIGIN_RENDERS', fallback: 2, min: 1, max: 64 },
  rendersWaiting: { env: 'ORIGIN_RENDERS_WAITING', fallback: 64, min: 0, max: 1000 },
  keptBytes: { env: 'ORIGIN_KEPT_BYTES', fallback: 64 * 2 ** 20, min: 0, max: 2 ** 31 },
  maxBytes: { env: 'ORIGIN_MAX_BYTES', fallback: MAX_UPLOAD_BYTES, min: 1, max: 2 ** 31 },
  maxPixels: { env: 'ORIGIN_MAX_PIXELS', fallback: MAX_SOURCE_PIXELS, min: 1, max: MAX_SOURCE_PIXELS },
  bodySeconds: { env: 'ORIGIN_BODY_SECONDS', fallback: 120, min: 1, max: 3600 },
  drainSeconds: { env: 'ORIGIN_DRAIN_SECONDS', fallback: 30, min: 0, max: 3600 },
}

/** Every variable that begins with ORIGIN_ and means something: those read here, and ORIGIN_URL, which the edge reads. */
const VARIABLES: readonly string[] = [
  ...Object.values(NUMBERS).map(({ env }) => env),
  ...['ORIGIN_HOST', 'ORIGIN_TOKEN', 'ORIGIN_KEY', 'ORIGIN_OPEN', 'ORIGIN_PROVIDER', 'ORIGIN_URL'],
]

/**
 * Says of each other variable that begins with ORIGIN_ that nothing reads it, and which one was probably meant. They are
 * no mistakes for `readConfig`: the name is common enough for another program's.
 */
export function describeUnknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const unknown = Object.keys(env).filter((name) => name.startsWith('ORIGIN_') && !VARIABLES.includes(name))
  return unknown.sort().map((name) => {
    const meant = nearest(name, VARIABLES)
    return `${name}: no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`
  })
}

/**
 * Reads the settings; an empty variable counts as absent. All mistakes are reported together, so that one restart is
 * enough to see them.
 * @throws StrataError USAGE that names each variable, what it may hold and what it holds
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): OriginConfig {
  const mistakes: string[] = []
  const numbers = {} as Record<NumericKey, number>
  for (const [key, setting] of Object.entries(NUMBERS) as [NumericKey, NumericSetting][]) {
    const text = env[setting.env] || String(setting.fallback)
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < setting.min || value > setting.max) {
      const range = `an integer from ${setting.min} to ${setting.max}`
      mistakes.push(`${setting.env}: expected ${range}, got ${JSON.stringify(text)}`)
    }
    numbers[key] = value
  }
  const provider = (env.ORIGIN_PROVIDER || 'auto') as NodeProvider
  if (!NODE_PROVIDERS.includes(provider)) {
    const names = NODE_PROVIDERS.join(', ')
    mistakes.push(`ORIGIN_PROVIDER: expected one of ${names}, got ${JSON.stringify(env.ORIGIN_PROVIDER)}`)
  }
  const [host, token, key] = [env.ORIGIN_HOST || '127.0.0.1', env.ORIGIN_TOKEN, env.ORIGIN_KEY]
  const open = env.ORIGIN_OPEN || 'false'
  if (open !== 'true' && open !== 'false')
    mistakes.push(`ORIGIN_OPEN: expected true or false, got ${JSON.stringify(open)}`)
  const isPrivate = isLoopback(host)
  if (!isPrivate && !token && !key && open !== 'true') {
    const expected = `one, or ORIGIN_KEY, as ${host} is reachable from outside`
    mistakes.push(`ORIGIN_TOKEN: expected ${expected} (ORIGIN_OPEN=true lets anybody in), got none`)
  }
  if (mistakes.length > 0) throw new StrataError('USAGE', mistakes.join('\n'))
  const secrets = { token: token || undefined, key: key || undefined }
  const openMetrics = open === 'true' || (isPrivate && !token)
  return { host, ...secrets, openMetrics, provider, ...numbers }
}

/** Whether only programs of the same machine reach this address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The settings as they may be shown: secrets only as whether there is one. */
export function maskSecrets(config: OriginConfig): Record<keyof OriginConfig, unknown> {
  const mask = (secret: string | undefined) => (secret === undefined ? null : '***')
  return { ...config, token: mask(config.token), key: mask(config.key) }
}
