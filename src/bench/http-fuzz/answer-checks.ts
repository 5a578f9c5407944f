import { ERRORS, type StrataErrorCode } from '../../core/errors.ts'
import { MAGIC } from '../../format/layout.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import { sniffFormat } from '../../format/sniff.ts'
import { type FuzzAnswer, type FuzzRequest, MARK } from './types.ts'

/** All documented headers. */
const HEADERS = [
  ...[
    'accept-ch',
    'accept-ranges',
    'allow',
    'cache-control',
    'cache-tag',
    'content-disposition',
    'content-dpr',
  ],
  ...['content-length', 'content-range', 'content-security-policy', 'content-type', 'etag', 'location'],
  ...['cross-origin-resource-policy', 'retry-after', 'server-timing', 'strata-frames', 'strata-plan'],
  ...['timing-allow-origin', 'vary', 'www-authenticate', 'x-content-type-options'],
  ...['allow-origin', 'allow-headers', 'allow-methods', 'expose-headers', 'max-age'].map(
    (name) => `access-control-${name}`,
  ),
]

/** Headers that name the requested image, and so may contain parts of the address. */
const NAMING = ['cache-tag', 'content-disposition', 'location']

/**
 * Codes of 5xx answers that are right in the fuzzer's deployments, whose bucket, origin and transcoder always answer.
 */
const EXPECTED_FAULTS: Readonly<Record<string, readonly StrataErrorCode[]>> = { bare: ['TRANSCODER_MISSING'] }

const PLAN =
  /^(truncate;layer=\d+|slice;layer=\d+;f=[a-z]+|transcode;layer=\d+;w=\d+;f=[a-z]+(;ht=[24])?|render;w=(\d+|auto);f=[a-z]+|original(;f=[a-z]+)?)$/
const LONGEST_MESSAGE = 1000

/** Describes the fault of a single answer; undefined if it has none. */
export function checkAnswer(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  return (
    checkHeaders(request, answer) ??
    (answer.status >= 400 ? checkError(request, answer) : checkSuccess(request, answer)) ??
    checkCaching(request, answer)
  )
}

function checkHeaders(
  { deployment, method }: FuzzRequest,
  { headers, status }: FuzzAnswer,
): string | undefined {
  for (const [name, value] of headers) {
    if (!HEADERS.includes(name)) return `header ${name} is not documented`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not occur
    if (/[\x00-\x1f\x7f-\uffff]/.test(value)) return `header ${name} holds ${JSON.stringify(value)}`
    if (value.includes(MARK) && !NAMING.includes(name)) return `header ${name} reflects the request: ${value}`
  }
  const isOurs = headers.has('cross-origin-resource-policy')
  const isPreflight = method === 'OPTIONS' && status === 204
  if (!isOurs && status !== 404 && !isPreflight) return 'no Cross-Origin-Resource-Policy'
  if (isOurs && headers.get('x-content-type-options') !== 'nosniff') return 'no nosniff'
  const allowed = headers.get('access-control-allow-origin')
  const only = deployment === 'bare' ? 'https://shop.example' : '*'
  if (allowed !== null && allowed !== only) return `Access-Control-Allow-Origin: ${allowed}`
  return undefined
}

function checkError(request: FuzzRequest, { status, headers, body }: FuzzAnswer): string | undefined {
  const isOutside = !/^\/cdn(\/|$)/.test(new URL(request.base + request.path).pathname)
  if (status === 404 && isOutside) return undefined // Hono's own, where the plugin is not mounted
  if (headers.get('cache-control') !== 'no-store')
    return `${status} with Cache-Control ${headers.get('cache-control')}`
  if (headers.has('etag')) return `${status} with an ETag`
  const needed = { 401: 'www-authenticate', 405: 'allow', 416: 'content-range', 503: 'retry-after' }[status]
  if (needed && !headers.has(needed)) return `${status} without ${needed}`
  if (request.method === 'HEAD') return body.length > 0 ? 'HEAD with a body' : undefined
  if (!headers.get('content-type')?.startsWith('application/json'))
    return `${status} of ${headers.get('content-type')}`
  const error = parseError(body)
  if (error === undefined) return `${status} without {error: {code, message}}`
  const kind = Object.hasOwn(ERRORS, error.code) ? ERRORS[error.code as StrataErrorCode] : undefined
  if (kind === undefined) return `the code ${error.code} is not documented`
  if (kind.status !== status) return `${error.code} with ${status}`
  if (error.message.length > LONGEST_MESSAGE) return `a message of ${error.message.length} characters`
  const faults: readonly string[] = EXPECTED_FAULTS[request.deployment] ?? []
  if (status >= 500 && !faults.includes(error.code)) return `${status} ${error.code}: ${error.message}`
  return undefined
}

function parseError(body: Uint8Array): { code: string; message: string } | undefined {
  try {
    const { error, state, ...rest } = JSON.parse(new TextDecoder().decode(body))
    const { code, message, ...others } = error
    const isPlain =
      Object.keys({ ...rest, ...others }).length === 0 && (state === undefined || state === 'failed')
    return isPlain && typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined
  } catch {
    return undefined
  }
}

function checkSuccess(
  { method, path }: FuzzRequest,
  { status, headers, body }: FuzzAnswer,
): string | undefined {
  if (![200, 202, 204, 206, 304].includes(status)) return `status ${status}`
  const isEmpty = [204, 304].includes(status) || method === 'HEAD'
  if (isEmpty) return body.length > 0 ? `${method} ${status} with a body` : undefined
  const length = headers.get('content-length')
  if (length !== null && Number(length) !== body.length)
    return `Content-Length ${length} of ${body.length} bytes`
  const plan = headers.get('strata-plan')
  if (plan !== null && !PLAN.test(plan)) return `Strata-Plan ${plan}`
  if (status !== 200 || headers.has('content-disposition')) return undefined
  const type = headers.get('content-type')
  const isImage = plan !== null
  if (!isImage && !type?.startsWith('application/json')) return `${path}: 200 of ${type} without a plan`
  if (!isImage) return undefined
  const isStrata = MAGIC.every((byte, i) => body[i] === byte)
  const bytes = isStrata ? STRATA_TYPE : `image/${sniffFormat(body)}`
  return type === bytes ? undefined : `${type} with the bytes of ${bytes}`
}

/** Checks the caching headers of an answer. */
function checkCaching(
  { deployment, path, query }: FuzzRequest,
  { status, headers }: FuzzAnswer,
): string | undefined {
  const control = headers.get('cache-control') ?? ''
  if (control.includes('immutable') && !/@[0-9a-f]{8,32}([./]|$)/.test(path))
    return `immutable without a version: ${control}`
  const isSigned = deployment === 'signed' || deployment === 'query'
  if (isSigned && control.includes('immutable') && query.some((part) => part.startsWith('exp=')))
    return `immutable with exp: ${control}`
  if (![200, 206, 304].includes(status)) return undefined
  if (headers.has('strata-plan') && control === '') return 'an image without Cache-Control'
  const isKept = control.startsWith('public') && !control.includes('no-store')
  if (isKept && !headers.has('etag')) return 'cacheable without an ETag'
  return undefined
}
