import { invalidParam, StrataError } from '../../core/errors.ts'
import { isPublicHost } from './public-host.ts'

/** Where pictures may be fetched from. */
export interface RemoteSources {
  /**
   * Host names, such as `img.example.com`, or `*.example.com` for all names below `example.com`; with `:port` where
   * it is not the scheme's default. Name only hosts that you trust: their owners decide which address a name resolves
   * to.
   */
  readonly hosts: readonly string[]
  /**
   * Whether `http://` is allowed as well.
   * @default false
   */
  readonly http?: boolean | undefined
  /**
   * Milliseconds for redirects, headers and all bytes together.
   * @default 30000
   */
  readonly timeoutMs?: number | undefined
}

const MAX_TIMEOUT_MS = 600_000

/** Checks the option. @throws StrataError OPTION_INVALID */
export function checkRemoteSources({ hosts, http, timeoutMs }: RemoteSources): void {
  if (!Array.isArray(hosts)) throw invalidOption(`hosts: expected a list of host names, got ${String(hosts)}`)
  for (const host of hosts) {
    if (typeof host !== 'string' || parseHost(host) === undefined)
      throw invalidOption(
        `hosts: expected public names such as img.example.com or *.example.com, got ${String(host)}`,
      )
  }
  if (!['boolean', 'undefined'].includes(typeof http))
    throw invalidOption(`http: expected true or false, got ${String(http)}`)
  const isTime = Number.isInteger(timeoutMs) && Number(timeoutMs) >= 1 && Number(timeoutMs) <= MAX_TIMEOUT_MS
  if (timeoutMs !== undefined && !isTime)
    throw invalidOption(
      `timeoutMs: expected an integer from 1 to ${MAX_TIMEOUT_MS}, got ${String(timeoutMs)}`,
    )
}

/**
 * Parses the address of a picture that may be fetched: `https`, no user name or password, a host on the list that is no
 * special address in any notation. Redirects are checked by the same rules.
 * @param base of a relative address
 * @throws StrataError PARAM_INVALID for any other text, REMOTE_FORBIDDEN for a host that is not allowed
 */
export function checkRemoteUrl(text: string, { hosts, http = false }: RemoteSources, base?: URL): URL {
  const expected = `the address of a picture, https${http ? ' or http' : ''}, without user name and password`
  const url = parseUrl(text, base)
  if (url === undefined) throw invalidParam('url', expected, text)
  const isAllowedScheme = url.protocol === 'https:' || (http && url.protocol === 'http:')
  if (!isAllowedScheme || url.username !== '' || url.password !== '')
    throw invalidParam('url', expected, withoutSecrets(url))
  const isListed = hosts.some((host) => {
    const allowed = parseHost(host)
    return allowed !== undefined && allowed.port === url.port && allowed.matches(url.hostname)
  })
  if (!isListed || !isPublicHost(url.hostname))
    throw new StrataError(
      'REMOTE_FORBIDDEN',
      `url: expected a host that pictures may be fetched from, got ${url.host}`,
    )
  url.hash = ''
  return url
}

interface AllowedHost {
  /** Empty for the scheme's default, as in a URL. */
  readonly port: string
  readonly matches: (hostname: string) => boolean
}

/** Names on the list go through the URL parser, as do the names they are compared with. */
function parseHost(text: string): AllowedHost | undefined {
  const [, wildcard, host = ''] = /^(\*\.)?([^*\s/?#@\\]+)$/.exec(text) ?? []
  const url = parseUrl(`https://${host}/`)
  if (url === undefined || !isPublicHost(url.hostname)) return undefined
  const { hostname, port } = url
  if (wildcard === undefined) return { port, matches: (name) => name === hostname }
  // A wildcard below an IP address or a top-level domain would allow strangers.
  if (!/[a-z]$/.test(hostname)) return undefined
  return { port, matches: (name) => name.endsWith(`.${hostname}`) }
}

export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** The address as an error may show it: errors are logged. */
function withoutSecrets(url: URL): string {
  return `${url.protocol}//${url.username || url.password ? '…@' : ''}${url.host}${url.pathname}`
}

function invalidOption(message: string): StrataError {
  return new StrataError('OPTION_INVALID', `imageCdn option remote: ${message}`)
}
