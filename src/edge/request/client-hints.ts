import type { MiddlewareHandler } from 'hono'
import { StrataError } from '../../core/errors.ts'
import { HINT_HEADERS } from './hints.ts'

export interface ClientHintsOptions {
  /**
   * Origins that the images come from, such as `https://img.example.com`, where that is not the page's own. Browsers
   * send hints to another origin only when the page allows it.
   * @default none
   */
  readonly delegateTo?: string | readonly string[] | undefined
  /**
   * Whether a browser that did not send the hints asks for the page again at once, this time with them
   * (`Critical-CH`). It costs every new visitor a round trip.
   * @default false
   */
  readonly critical?: boolean | undefined
}

/**
 * Middleware for the routes of your HTML pages: asks browsers to send the hints that a width is chosen by. It belongs
 * on the page, not on the images; answers of other types stay as they are.
 *
 * @example
 * app.use(clientHints({ delegateTo: 'https://img.example.com' }))
 *
 * @throws StrataError OPTION_INVALID when `delegateTo` is not an origin
 */
export function clientHints(options: ClientHintsOptions = {}): MiddlewareHandler {
  const hints = HINT_HEADERS.join(', ')
  const policy = permissionsPolicy([options.delegateTo ?? []].flat().map(checkOrigin))
  return async function setClientHints(c, next) {
    await next()
    if (!c.res.headers.get('Content-Type')?.toLowerCase().startsWith('text/html')) return
    c.header('Accept-CH', hints, { append: true })
    if (options.critical) c.header('Critical-CH', hints, { append: true })
    if (policy !== undefined) c.header('Permissions-Policy', policy, { append: true })
  }
}

/**
 * The same delegation as a `<meta>` tag for the page's head, where headers cannot be set. It needs no `Accept-CH`.
 * @param origin of the images
 * @throws StrataError OPTION_INVALID when it is not an origin
 */
export function delegateCh(origin: string): string {
  const target = checkOrigin(origin)
  const content = HINT_HEADERS.map((name) => `${name.toLowerCase()} ${target}`).join('; ')
  return `<meta http-equiv="Delegate-CH" content="${content}">`
}

function permissionsPolicy(origins: readonly string[]): string | undefined {
  if (origins.length === 0) return undefined
  const allowed = ['self', ...origins.map((origin) => `"${origin}"`)].join(' ')
  return HINT_HEADERS.map((name) => `${name.toLowerCase().replace('sec-', '')}=(${allowed})`).join(', ')
}

/** Browsers send hints over secure connections only, and to localhost. */
function checkOrigin(text: string): string {
  const url = parse(text)
  const isLocal = url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url && url.origin === text && (url.protocol === 'https:' || isLocal)) return text
  throw new StrataError(
    'OPTION_INVALID',
    `client hints: expected an origin such as https://img.example.com, got ${JSON.stringify(text)}`,
  )
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
