import type { Random } from '../random.ts'
import { DEPLOYMENT_NAMES, NOT_READY, OPEN, PULLED, READY, type Site } from './site.ts'
import { type FuzzRequest, MARK } from './types.ts'
import { HOSTILE, INERT, NEGOTIATION, OTHER_PARAMETERS, PARAMETERS } from './values.ts'

const BASES = [
  'http://cdn.localhost',
  'http://cdn.localhost',
  'http://127.0.0.1:8787',
  'https://evil.example',
]
/**
 * Addresses of the deployment without a transcoder: it makes other bytes of the same pictures, and caches are per host.
 */
const BARE_BASES = ['http://bare.localhost', 'https://bare.example']
const METHODS = ['POST', 'PATCH', 'OPTIONS', 'PURGE', 'PROPFIND', 'get', 'X-ODD']
/** Methods that change an image. In deployments without a token they are used only for images of the same case. */
const WRITING = ['PUT', 'DELETE']
const EXTENSIONS = ['.jpg', '.jpeg', '.webp', '.avif', '.png']
const ODD_EXTENSIONS = ['.gif', '.svg', '.JPG', '.jpg.png', '.strata', '.json.jpg', '.']

const ODD_NAMES = [
  'nothing',
  'a'.repeat(128),
  'a'.repeat(129),
  'a'.repeat(5000),
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2fstate%2fphoto',
  'photo%2foriginal',
  'photo%00',
  'photo%0d%0aX-Injected:%20yes',
  'photo;v=1',
  'photo%20',
  '%70hoto',
  'PHOTO',
  '%E6%9D%B1',
  '%FF',
  '%',
  'photo\\x',
  'photo@',
  'photo@0123456',
  'photo@zzzzzzzz',
  `photo@${'a'.repeat(33)}`,
  '@',
  '__proto__',
  MARK,
  `${MARK}%22%3E`,
]

/** A GET or HEAD of an image, or a slightly wrong request. */
export function imageRequest(random: Random, site: Site): FuzzRequest {
  const headers = someOf(random, NEGOTIATION, random.pick([0, 1, 1, 2, 3]))
  headers.push(...someOf(random, INERT, random.pick([0, 0, 0, 1, 2])))
  const deployment = random.pick(DEPLOYMENT_NAMES)
  const isOpen = OPEN.includes(deployment)
  return {
    deployment,
    method: random.chance(0.9)
      ? 'GET'
      : random.chance(0.7)
        ? 'HEAD'
        : random.pick(isOpen ? METHODS : [...METHODS, ...WRITING]),
    base: baseOf(random, deployment),
    path: imagePath(random, site),
    query: query(random, deployment),
    headers,
  }
}

function baseOf(random: Random, deployment: string): string {
  return random.pick(deployment === 'bare' ? BARE_BASES : BASES)
}

function imagePath(random: Random, site: Site): string {
  if (random.chance(0.1)) return `/cdn/src/${sourcePath(random)}`
  const name = imageName(random, site)
  return `/cdn/img/${name}${random.chance(0.04) ? '/' : ''}`
}

function imageName(random: Random, site: Site): string {
  if (random.chance(0.1)) return random.pick(ODD_NAMES)
  const id = random.chance(0.1) ? random.pick(NOT_READY) : random.pick(READY)
  const hash = site.hashes.get(id) ?? 'f'.repeat(32)
  const version = random.chance(0.85)
    ? ''
    : `@${random.chance(0.8) ? hash.slice(0, 8 + random.below(25)) : '0123abcd'}`
  if (random.chance(0.06)) return `${id}${version}.json`
  if (random.chance(0.85)) return id + version
  return id + version + random.pick(random.chance(0.8) ? EXTENSIONS : ODD_EXTENSIONS)
}

function sourcePath(random: Random): string {
  if (random.chance(0.7)) return `pics/${random.pick(PULLED)}${random.chance(0.1) ? '.json' : ''}`
  return random.pick([
    'pics/',
    'pics',
    'pics/nothing',
    'pics/%2e%2e/photo',
    'pics/a//b',
    'pics/photo%00',
    'pics/photo%2fx',
    'pics/%FF',
    `pics/${'x'.repeat(1200)}`,
    'none/photo',
    '__proto__/photo',
    `${MARK}/${MARK}`,
    'pics/photo/purge',
  ])
}

/** The query of a picture. Most queries are valid, so that pictures are made. */
function query(random: Random, deployment: string): string[] {
  if (deployment === 'presets' && random.chance(0.7))
    return [`preset=${random.pick(PARAMETERS.preset!.good)}`]
  const parts: string[] = []
  const isWild = random.chance(0.25)
  const names = Object.keys(PARAMETERS).filter(
    (name) => name !== 'preset' || deployment === 'bounded' || isWild,
  )
  for (let n = random.pick([0, 1, 1, 2, 2, 3, 4]); n > 0; n--) {
    const name = random.chance(0.5) ? random.pick(['w', 'f', 'h', 'q']) : random.pick(names)
    if (!isWild && parts.some((part) => part.startsWith(`${name}=`))) continue
    const { good, bad } = PARAMETERS[name]!
    const value = random.pick(isWild && random.chance(0.3) ? (random.chance(0.5) ? bad : HOSTILE) : good)
    parts.push(`${name}=${value}`)
  }
  if (random.chance(0.08)) parts.push(`${random.pick(OTHER_PARAMETERS)}=${random.pick(HOSTILE)}`)
  if (random.chance(0.01)) parts.push(...Array.from({ length: 300 }, (_, i) => `x${i}=${i}`))
  return parts
}

/** Headers of a table, each once. */
function someOf(random: Random, table: typeof INERT, count: number): [name: string, value: string][] {
  const chosen = new Map<string, string>()
  for (let n = count; n > 0; n--) {
    const name = random.pick(Object.keys(table))
    chosen.set(name, headerValue(random, name, table))
  }
  return [...chosen]
}

/** Another value of a header. */
export function headerValue(random: Random, name: string, table = { ...NEGOTIATION, ...INERT }): string {
  const { good, bad } = table[name]!
  return random.pick(random.chance(0.75) ? good : bad)
}

/** A request to an address that is not that of an image. */
export function otherRequest(random: Random, site: Site): FuzzRequest {
  const name = imageName(random, site)
  const path = random.pick([
    '/cdn/img',
    '/cdn/img/',
    `/cdn/img/${name}/original`,
    `/cdn/img/${name}/encode`,
    `/cdn/img/${name}/x`,
    `/cdn/img//${name}`,
    '/cdn/health',
    '/cdn/',
    '/cdn',
    '/',
    `/cdn/${random.pick(HOSTILE)}`,
    `/cdn/img/${random.pick(HOSTILE)}`,
    `/cdn/src/${sourcePath(random)}`,
    '/cdn/samples',
    '*',
  ])
  const listing = [
    `limit=${random.pick(['1', '3', '0', '1001', ...HOSTILE])}`,
    `after=${random.pick(['photo', '', ...HOSTILE])}`,
  ]
  const deployment = random.pick(DEPLOYMENT_NAMES)
  return {
    deployment,
    // No method that changes an image, because some requests have the token.
    method: random.pick(['GET', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PURGE', 'X-ODD']),
    base: baseOf(random, deployment),
    path: path.startsWith('/') ? path : `/${path}`,
    query: random.chance(0.5) ? listing.filter(() => random.chance(0.6)) : query(random, deployment),
    headers: [
      ...someOf(random, NEGOTIATION, random.below(2)),
      ...someOf(random, INERT, random.below(3)),
      ...authorization(random),
    ],
  }
}

function authorization(random: Random): [string, string][] {
  const value = random.pick([
    'Bearer a-token-of-the-fuzzer',
    'Bearer a-token-of-the-fuzzer',
    'bearer  a-token-of-the-fuzzer',
    'Bearer a-token',
    'Basic YTpi',
    'Bearer',
    `Bearer ${MARK}`,
  ])
  return random.chance(0.6) ? [['Authorization', value]] : []
}
