/**
 * `strata bench soak`: runs edge and origin under a mixed load for a long time, and tests whether their memory grows.
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { randomOf } from '../random.ts'
import { memoryOf, startSite } from '../workers/site.ts'
import { type Asked, MixedLoad } from './load.ts'

interface SoakOptions {
  /** Path of dist/cli/main.js. */
  readonly program: string
  readonly minutes: number
  /** Requests per second, while answers keep up. */
  readonly rate: number
  readonly seed: number
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
  /** Called for each answer that fails the run. */
  readonly onFault: (text: string) => void
}

/** An answer and its time. */
interface SoakAnswer extends Asked {
  /** Minutes since the beginning. */
  readonly at: number
}

/** Memory of one process at one time. */
interface SoakSample {
  readonly at: number
  /** Name of the process, with its id if several have that name. */
  readonly process: string
  readonly bytes: number
}

export interface Soak {
  readonly minutes: number
  readonly answers: readonly SoakAnswer[]
  readonly samples: readonly SoakSample[]
}

const SAMPLE_MS = 5000
/** Most concurrent requests. Beyond it the load waits for answers. */
const MOST_OPEN = 6

/** @throws StrataError FILE_FAILED when the site does not start */
export async function benchSoak(options: SoakOptions): Promise<Soak> {
  const { program, minutes, rate, seed, signal, progress, onFault } = options
  progress('starting edge and origin')
  const site = await startSite(program)
  const [answers, samples]: [SoakAnswer[], SoakSample[]] = [[], []]
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 60_000
  const isOver = () => elapsed() >= minutes || signal.aborted
  const load = new MixedLoad(site.url)
  const open = new Set<Promise<void>>()

  async function ask(n: number): Promise<void> {
    const asked = await load.next(randomOf(seed + n))
    answers.push({ ...asked, at: elapsed() })
    if (isFault(asked))
      onFault(`minute ${elapsed().toFixed(1)}: ${asked.kind} was answered ${asked.status} ${asked.code}`)
  }
  async function drive(): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const asking = ask(n).finally(() => open.delete(asking))
      open.add(asking)
      await pause(1000 / rate, signal)
      while (open.size >= MOST_OPEN) await Promise.race(open)
    }
    await Promise.all(open)
  }
  async function watch(): Promise<void> {
    while (!isOver()) {
      for (const { pid, name, rss } of await memoryOf(site.pid))
        samples.push({ at: elapsed(), process: `${name} ${pid}`, bytes: rss })
      progress(`${elapsed().toFixed(1)}/${minutes} minutes, ${answers.length} answers`)
      await pause(SAMPLE_MS, signal)
    }
  }
  try {
    await Promise.all([drive(), watch()])
  } finally {
    await site.close()
  }
  return { minutes: elapsed(), answers, samples: shortNames(samples) }
}

/** Whether an answer is a fault: a missing answer, or a 5xx other than a full queue. */
export function isFault({ status, code }: Pick<Asked, 'status' | 'code'>): boolean {
  return status === 0 || (status >= 500 && !(status === 503 && code?.endsWith('_BUSY')))
}

function pause(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleep(ms, undefined, { signal }).catch(() => undefined)
}

/** Removes the process ids of names that occur only once. */
function shortNames(samples: readonly SoakSample[]): SoakSample[] {
  const names = [...new Set(samples.map(({ process }) => process))]
  const kindOf = (name: string) => name.split(' ')[0] ?? ''
  const isAlone = (name: string) => names.filter((other) => kindOf(other) === kindOf(name)).length === 1
  return samples.map((sample) =>
    isAlone(sample.process) ? { ...sample, process: kindOf(sample.process) } : sample,
  )
}
