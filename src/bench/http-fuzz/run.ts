/**
 * `strata bench fuzz --of http`: random requests by a grammar against the whole edge in this process, whose answers are
 * checked.
 * @module
 */

import { randomOf } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'
import { otherRequest } from './grammar.ts'
import { type Bodies, judge, makeImageRequest, type Wrong } from './image-case.ts'
import { shrink } from './shrink.ts'
import { type Site, urlOf } from './site.ts'
import type { FuzzAnswer, FuzzRequest } from './types.ts'
import { uploadCase } from './upload-case.ts'

interface HttpFuzzReport {
  readonly cases: number
  /** Number of requests, including those for comparison. */
  readonly requests: number
  /** Number of cases by the status of the first answer, or `upload`. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly failures: readonly FuzzFault[]
}

interface HttpFuzzOptions {
  readonly cases: number
  readonly seed: number
  readonly site: Site
  readonly progress?: ((done: number) => void) | undefined
  /** Called for each fault when it is found. */
  readonly onFault?: ((fault: FuzzFault) => void) | undefined
}

/** Number of cases after which to wait for background work. */
const SETTLED_EVERY = 64
/** ETags that are remembered. */
const MOST_BODIES = 1_000_000

/** Runs the cases of `cases` seeds from `seed` on; a fault does not end it. */
export async function runHttpFuzz(options: HttpFuzzOptions): Promise<HttpFuzzReport> {
  const { cases, seed: first, site, progress, onFault } = options
  const outcomes: Record<string, number> = {}
  const failures: FuzzFault[] = []
  const bodies: Bodies = new Map()
  const before = site.requests
  const note = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  for (let seed = first; seed < first + cases; seed++) {
    const fault = (await runCase(seed, site, bodies, note)) ?? changeOf(seed, site)
    if (fault) {
      failures.push(fault)
      onFault?.(fault)
    }
    if (seed % SETTLED_EVERY === 0) await site.settle()
    if (bodies.size > MOST_BODIES) bodies.clear()
    progress?.(seed - first + 1)
  }
  await site.settle()
  return { cases, requests: site.requests - before, outcomes, failures }
}

async function runCase(
  seed: number,
  site: Site,
  bodies: Bodies,
  note: (outcome: string) => void,
): Promise<FuzzFault | undefined> {
  const random = randomOf(seed)
  const kind = random.unit()
  try {
    if (kind < 0.12) {
      note('upload')
      const fault = await uploadCase(random, site, seed)
      return fault && { seed, kind: 'upload', reason: `${fault.reason}; ${describe(fault.request)}` }
    }
    const isImage = kind < 0.9
    const request = isImage ? await makeImageRequest(random, site) : otherRequest(random, site)
    const count = ({ status }: FuzzAnswer) => note(String(status))
    const wrong = await judge(request, seed, { site, bodies, count })
    return wrong && (await explain(seed, request, wrong, site))
  } catch (error) {
    return { seed, kind: 'crash', reason: String((error as Error)?.stack ?? error) }
  }
}

/** Checks that a case has not changed the shared images. Once they are changed, every later case reports it. */
function changeOf(seed: number, site: Site): FuzzFault | undefined {
  return site.isIntact()
    ? undefined
    : { seed, kind: 'change', reason: 'an image that is not its own was changed' }
}

async function explain(
  seed: number,
  request: FuzzRequest,
  { check, reason }: Wrong,
  site: Site,
): Promise<FuzzFault> {
  if (check === 'etag') return { seed, kind: check, reason: `${reason}; ${describe(request)}` }
  const judgeAgain = (candidate: FuzzRequest) => judge(candidate, seed, { site, bodies: new Map() })
  const smallest = await shrink(request, async (candidate) => (await judgeAgain(candidate))?.check === check)
  const last = (await judgeAgain(smallest))?.reason ?? reason
  return { seed, kind: check, reason: `${last}; ${describe(smallest)}` }
}

function describe(request: FuzzRequest): string {
  const { deployment, method, headers, body } = request
  const sent = headers.map(([name, value]) => `${name}: ${value.slice(0, 100)}`)
  const parts = [`${deployment} ${method} ${urlOf(request).slice(0, 300)}`, ...sent]
  return [...parts, ...(body ? [`${body.length} bytes`] : [])].join(' | ')
}

export function formatHttpFuzz(
  { cases, requests, outcomes, failures }: HttpFuzzReport,
  seconds: number,
): string {
  const sorted = Object.entries(outcomes).sort(([, a], [, b]) => b - a)
  return [
    `${cases} cases, ${requests} requests in ${seconds} s, ${failures.length} answered wrongly`,
    ...sorted.map(([outcome, count]) => `  ${String(count).padStart(String(cases).length)} ${outcome}`),
  ].join('\n')
}
