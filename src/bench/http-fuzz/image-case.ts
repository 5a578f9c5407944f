import { type Random, randomOf } from '../random.ts'
import { checkAnswer } from './answer-checks.ts'
import { imageRequest } from './grammar.ts'
import { PAIR_CHECKS } from './pair-checks.ts'
import { hashOf } from './parts.ts'
import type { Site } from './site.ts'
import type { FuzzAnswer, FuzzRequest } from './types.ts'

/** A fault, and the check that found it. */
export interface Wrong {
  readonly check: string
  readonly reason: string
}

/** Bytes by ETag: each ETag names one body, for any request. */
export type Bodies = Map<string, string>

const PAIRS_PER_CASE = 2
const HOUR_S = 3600

export async function makeImageRequest(random: Random, site: Site): Promise<FuzzRequest> {
  const request = imageRequest(random, site)
  const isSigned = request.deployment === 'signed' || request.deployment === 'query'
  if (!isSigned || random.chance(0.1)) return request
  const now = Math.floor(Date.now() / 1000)
  const expires = random.pick([undefined, undefined, now + 24 * HOUR_S, now + HOUR_S, now - HOUR_S])
  const signed = await site.sign(request, random.pick(['k1', 'k2']), expires)
  if (random.chance(0.8)) return signed
  const [at, digit] = [random.below(64), random.pick(['0', '1', 'f', 'F', 'g'])]
  const spoil = (part: string) =>
    part.startsWith('sig=') ? part.slice(0, 4 + at) + digit + part.slice(5 + at) : part
  return { ...signed, query: signed.query.map(spoil) }
}

/**
 * Sends the request, checks the answer, and compares it with the answers to requests that differ in one respect.
 * @param seed chooses the compared requests; equal seeds choose equal ones
 */
export async function judge(
  request: FuzzRequest,
  seed: number,
  { site, bodies, count }: { site: Site; bodies: Bodies; count?: (answer: FuzzAnswer) => void },
): Promise<Wrong | undefined> {
  const answer = await site.send(request)
  count?.(answer)
  const reason = checkAnswer(request, answer) ?? (await checkSignature(request, answer, site))
  if (reason) return { check: 'answer', reason }
  const isPicture = answer.status === 200 && request.method === 'GET' && answer.headers.has('strata-plan')
  if (!isPicture) return undefined
  const other = checkBody(request, answer, bodies)
  if (other) return { check: 'etag', reason: other }
  const random = randomOf(seed + 1)
  for (let n = 0; n < PAIRS_PER_CASE; n++) {
    const [check, run] = random.pick(Object.entries(PAIR_CHECKS))
    const wrong = await run({ request, answer, site, random })
    if (wrong) return { check, reason: wrong }
  }
  return undefined
}

/** Checks that a picture is sent if and only if the signature is right. */
async function checkSignature(
  request: FuzzRequest,
  { status, headers }: FuzzAnswer,
  site: Site,
): Promise<string | undefined> {
  if (request.deployment !== 'signed' && request.deployment !== 'query') return undefined
  if (!headers.has('strata-plan') || status >= 400) return undefined
  const partOf = (name: string) =>
    request.query.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
  const [kid, exp, sig] = ['kid', 'exp', 'sig'].map(partOf)
  if (kid !== 'k1' && kid !== 'k2') return `${status} without a key`
  if (exp !== undefined && Number(exp) * 1000 < Date.now()) return `${status} after the URL had expired`
  const again = await site.sign(request, kid, exp === undefined ? undefined : Number(exp))
  return again.query.includes(`sig=${sig}`) ? undefined : `${status} with a wrong signature`
}

/**
 * Checks that an ETag stands for the same type and bytes in all answers (RFC 9110 §8.8.3). A render by the origin and a
 * transcode of the same picture share a weak ETag, but not their bytes.
 */
function checkBody(
  { deployment }: FuzzRequest,
  { headers, body }: FuzzAnswer,
  bodies: Bodies,
): string | undefined {
  const etag = headers.get('etag')
  if (etag === null) return undefined
  const name = deployment === 'bare' ? `bare ${etag}` : etag
  const is = `${headers.get('content-type')} ${hashOf(body)}`
  const was = bodies.get(name)
  bodies.set(name, is)
  return was === undefined || was === is ? undefined : `${etag} names two bodies: ${was} and ${is}`
}
