/*
 * Relations between two answers, to requests that differ in one respect.
 */

import type { Random } from '../random.ts'
import { headerValue } from './grammar.ts'
import { hashOf } from './parts.ts'
import type { Site } from './site.ts'
import type { FuzzAnswer, FuzzRequest } from './types.ts'
import { INERT, NEGOTIATION } from './values.ts'

/** An answer of 200 to a GET, and its request. */
interface Pair {
  readonly request: FuzzRequest
  readonly answer: FuzzAnswer
  readonly site: Site
  readonly random: Random
}

type PairCheck = (pair: Pair) => Promise<string | undefined>

/** Headers about the work instead of the picture. */
const OF_THE_WORK = ['server-timing']
const VARYING = [...Object.keys(NEGOTIATION), ...Object.keys(INERT)]

/** Checks of an answer with a picture, by name. Each sends a second request. */
export const PAIR_CHECKS: Readonly<Record<string, PairCheck>> = {
  /** A header that is not in Vary changes nothing (RFC 9110 §12.5.5). */
  async vary({ request, answer, site, random }) {
    const vary = varyOf(answer)
    const name = random.pick(VARYING.filter((header) => !vary.includes(header.toLowerCase())))
    const others = request.headers.filter(([header]) => header !== name)
    const hasIt = others.length < request.headers.length
    const headers =
      hasIt && random.chance(0.4) ? others : [...others, [name, headerValue(random, name)] as const]
    const other = await site.send({ ...request, headers })
    const difference = differenceOf(answer, other)
    return (
      difference &&
      `${name} is not in Vary (${vary.join(', ')}), yet ${difference}; with ${JSON.stringify(headers)}`
    )
  },

  async again({ request, answer, site }) {
    const difference = differenceOf(answer, await site.send(request))
    return difference && `asked again, ${difference}`
  },

  /** HEAD has the headers of GET; the length may be missing (RFC 9110 §9.3.2). */
  async head({ request, answer, site }) {
    const head = await site.send({ ...request, method: 'HEAD' })
    if (head.body.length > 0) return 'HEAD has a body'
    const lacksLength = !head.headers.has('content-length')
    const difference = differenceOf(
      { ...answer, body: head.body },
      head,
      lacksLength ? ['content-length'] : [],
    )
    return difference && `by HEAD, ${difference}`
  },

  /** The order of parameters and unknown parameters change nothing. */
  async order({ request, answer, site, random }) {
    if (['query', 'signed'].includes(request.deployment)) return undefined
    const query = [...request.query, 'utm_source=x'].sort(() => random.unit() - 0.5)
    const difference = differenceOf(answer, await site.send({ ...request, query }))
    return difference && `as ${query.join('&')}, ${difference}`
  },

  /** The answer is 304 if and only if the validator matches (RFC 9110 §13.1.2), with the headers of the 200. */
  async condition({ request, answer, site, random }) {
    const etag = answer.headers.get('etag')
    if (etag === null || request.headers.some(([name]) => name === 'If-None-Match')) return undefined
    const opaque = etag.replace(/^W\//, '')
    const [value, matches] = random.pick<[string, boolean]>([
      [etag, true],
      [opaque, true],
      [`W/${opaque}`, true],
      [`"x", ${etag}`, true],
      [`${etag},"x"`, true],
      ['*', true],
      ['"x"', false],
      [opaque.replaceAll('"', ''), false],
      [opaque.slice(0, -2).concat('"'), false],
      ['', false],
      [`"${'x'.repeat(3000)}"`, false],
      ['W/', false],
    ])
    const other = await site.send({ ...request, headers: [...request.headers, ['If-None-Match', value]] })
    if (!matches) {
      const difference = differenceOf(answer, other)
      return difference && `with If-None-Match: ${value}, ${difference}`
    }
    if (isSentAsOriginal(answer)) return undefined // sent as it was uploaded, without conditions
    if (other.status !== 304) return `If-None-Match: ${value} is answered ${other.status}`
    if (other.body.length > 0) return '304 with a body'
    for (const name of ['etag', 'vary', 'cache-control', 'cache-tag', 'content-dpr']) {
      const [was, is] = [answer.headers.get(name), other.headers.get(name)]
      if (was !== is && !hasExpiry(request)) return `304 with ${name}: ${is} in place of ${was}`
    }
    return undefined
  },

  /** Range selects bytes of bodies that support it, and is ignored for others (RFC 9110 §14.2). */
  async range({ request: asked, answer: came, site, random }) {
    const native = { ...asked, query: ['f=native', ...random.pick([[], ['w=15'], ['w=30']])] }
    const file = random.chance(0.6) ? await site.send(native) : came
    const [request, answer] = file !== came && file.status === 200 ? [native, file] : [asked, came]
    const { length } = answer.body
    const [from, to] = [random.below(length + 2), random.below(length + 2)]
    const text = random.pick([
      `bytes=${from}-${to}`,
      `bytes=${from}-`,
      `bytes=-${to}`,
      `bytes=${from}-99999999999999999999`,
      'bytes=0-0',
      `bytes=0-${length}`,
      'bytes=-0',
      'bytes=5-2',
      'bytes=',
      'bytes=-',
      'bytes=0-1,3-4',
      'bits=0-4',
      'bytes = 0-4',
      'bytes=0x1-5',
      'bytes=-9'.padEnd(400, '9'),
    ])
    const etag = answer.headers.get('etag') ?? ''
    const validator = random.pick(['', '', etag, '"other"', `W/${etag}`, 'Sat, 29 Oct 1994 19:43:31 GMT'])
    const added = [['Range', text], ...(validator ? [['If-Range', validator]] : [])] as [string, string][]
    const part = await site.send({ ...request, headers: [...request.headers, ...added] })
    const holds = validator === '' || (validator === etag && !etag.startsWith('W/'))
    const wanted = answer.headers.get('accept-ranges') === 'bytes' && holds ? rangeOf(text, length) : 'whole'
    const fault = checkPart(wanted, answer, part)
    return fault && `with Range: ${text.slice(0, 60)}${validator && ` and If-Range: ${validator}`}, ${fault}`
  },

  /** The address with the version gives the same picture, and a trailing slash is ignored. */
  async version({ request, answer, site, random }) {
    const [, id = '', rest = ''] = /^\/cdn\/img\/([a-z]+)(\.[a-z]+)?$/.exec(request.path) ?? []
    const hash = site.hashes.get(id)
    if (hash === undefined || ['query', 'signed'].includes(request.deployment)) return undefined
    if (isSentAsOriginal(answer)) return undefined
    const path = random.chance(0.5) ? `/cdn/img/${id}@${hash.slice(0, 12)}${rest}` : `${request.path}/`
    const other = await site.send({ ...request, path })
    const difference = differenceOf(answer, other, ['cache-control'])
    if (difference) return `as ${path}, ${difference}`
    const control = other.headers.get('cache-control')
    return path.includes('@') && !control?.includes('immutable') ? `${path} with ${control}` : undefined
  },
}

type Part = 'whole' | 'none' | { readonly start: number; readonly end: number }

/** Parses a header with one range (RFC 9110 §14.1.2). */
function rangeOf(text: string, length: number): Part {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '')
    return BigInt(last) === 0n ? 'none' : { start: Math.max(0, length - Number(last)), end: length }
  if (last !== '' && BigInt(last) < BigInt(first)) return 'whole'
  if (BigInt(first) >= BigInt(length)) return 'none'
  return { start: Number(first), end: last === '' ? length : Math.min(length, Number(last) + 1) }
}

function checkPart(wanted: Part, whole: FuzzAnswer, part: FuzzAnswer): string | undefined {
  if (wanted === 'whole') return differenceOf(whole, part)
  const { length } = whole.body
  const said = part.headers.get('content-range')
  if (wanted === 'none')
    return part.status === 416 && said === `bytes */${length}`
      ? undefined
      : `416 was right, ${part.status} ${said} came`
  const { start, end } = wanted
  if (part.status !== 206) return `206 was right, ${part.status} came`
  if (said !== `bytes ${start}-${end - 1}/${length}`) return `Content-Range: ${said}`
  if (hashOf(part.body) !== hashOf(whole.body.subarray(start, end)))
    return 'the part is no slice of the whole'
  const changed = ['etag', 'vary', 'content-type', 'cache-control'].find(
    (name) => part.headers.get(name) !== whole.headers.get(name) && name !== 'cache-control',
  )
  return changed && `206 with another ${changed}`
}

/** Describes the difference of two answers that should be equal; undefined if they are. */
function differenceOf(a: FuzzAnswer, b: FuzzAnswer, without: readonly string[] = []): string | undefined {
  if (a.status !== b.status) return `${b.status} came in place of ${a.status}`
  const ignored = [...OF_THE_WORK, ...without]
  for (const name of new Set([...a.headers.keys(), ...b.headers.keys()])) {
    if (ignored.includes(name)) continue
    const [was, is] = [shownValue(a, name), shownValue(b, name)]
    if (was !== is && !isLater(name, was, is)) return `${name} is ${is} in place of ${was}`
  }
  return hashOf(a.body) === hashOf(b.body) ? undefined : 'the bytes are others'
}

/**
 * The value of a header for comparison. A kept variant does not tell whether the edge or the origin made it, so only
 * the result of a plan is compared.
 */
function shownValue({ headers }: FuzzAnswer, name: string): string | null {
  const value = headers.get(name)
  return name === 'strata-plan' && value ? value.replace(/^(transcode;layer=\d+|render);/, 'picture;') : value
}

/** Whether a header only reflects that the lifetime of a signed URL has become shorter. */
function isLater(name: string, was: string | null, is: string | null): boolean {
  const plain = (text: string | null) =>
    text?.replace(/=\d+/g, '=N').replace(/, stale-while-revalidate=N/, '')
  return name === 'cache-control' && was !== null && plain(was) === plain(is)
}

function hasExpiry({ query }: FuzzRequest): boolean {
  return query.some((part) => part.startsWith('exp='))
}

/** Whether the answer is the unchanged upload, which replaces a picture that cannot be made. */
function isSentAsOriginal({ headers }: FuzzAnswer): boolean {
  return headers.get('strata-plan') === 'original'
}

function varyOf({ headers }: FuzzAnswer): string[] {
  return (headers.get('vary') ?? '').toLowerCase().split(/ *, */)
}
