/**
 * `strata bench faults`: kills the parts of a deployment at random times while pictures are uploaded, replaced, deleted
 * and read, and while bucket, queue and clocks fail; then checks the invariants.
 * @module
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { generator } from '../pictures/formula.ts'
import { bundleWorkers } from '../workers/bundle.ts'
import { Client } from './client.ts'
import { jumpingClock } from './clock.ts'
import { Cluster } from './cluster.ts'
import { findViolations, type Violation } from './invariants.ts'
import { Killer, type Kills } from './killer.ts'
import { Load } from './load.ts'
import { settle } from './settle.ts'
import { countRound, type Tally } from './tally.ts'
import { Weather } from './weather.ts'

interface FaultBenchOptions {
  readonly kills: number
  readonly seed: number
  /** Whether bucket, queue and clocks fail too. Then some uploads wait for a lease of a minute. @default true */
  readonly weather?: boolean
  /** The folder with the wrangler files. */
  readonly root: string
  /** Path of dist/cli/main.js. */
  readonly program: string
  readonly signal?: AbortSignal | undefined
  readonly progress: (text: string) => void
}

export interface FaultBench {
  readonly seconds: number
  readonly kills: Kills
  /** Number of hits of each fault of bucket and queue. */
  readonly faults: Readonly<Record<string, number>>
  readonly tally: Tally
  readonly violations: readonly Violation[]
}

/** Kills of a round, after which everything is checked; the next round has other images. */
const KILLS_OF_ROUND = 25
const WEATHER = { least: 1000, more: 4000 } as const
/** Distance between the picture seeds of two rounds. */
const SEEDS_OF_ROUND = 10_000

/** @throws StrataError FILE_FAILED when wrangler is not installed; INTERNAL when a part does not start; ABORTED */
export async function benchFaults(options: FaultBenchOptions): Promise<FaultBench> {
  const { seed, root, program, signal, progress, weather: hasWeather = true } = options
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'strata-faults-'))
  const choices = (nth: number) => generator(1000 * seed + nth)
  const [clocks, weather] = [choices(1), new Weather(choices(2))]
  let cluster: Cluster | undefined
  try {
    progress('bundling the Workers')
    const bundles = await bundleWorkers(root, folder)
    const clock = () => (hasWeather ? jumpingClock(clocks) : '')
    cluster = await Cluster.open({ bundles, program, edges: 2, weather, clock })
    progress('starting')
    await cluster.start()
    const killer = new Killer(cluster, choices(3))
    const client = new Client(cluster, choices(4))
    const violations: Violation[] = []
    let tally: Tally | undefined
    for (let round = 0; killer.total < options.kills; round++) {
      const load = new Load(client, `round-${round}`, SEEDS_OF_ROUND * (round + 1), choices(5 + round))
      const wanted = Math.min(options.kills, killer.total + KILLS_OF_ROUND)
      await runRound(load, killer, wanted, weather, choices(1000 + round), options)
      if (signal?.aborted) throw new StrataError('ABORTED', 'the measurement was stopped')
      progress(`${killer.total}/${options.kills} kills, waiting until all is quiet`)
      const evidence = await settle(cluster, client, load)
      const found = findViolations(evidence)
      violations.push(...found)
      for (const { kind, what } of found) progress(`${kind}: ${what}`)
      tally = countRound(evidence, tally)
      cluster.crashes.length = 0
      progress(`${killer.total}/${options.kills} kills, ${violations.length} violations`)
    }
    const seconds = Math.round((performance.now() - started) / 1000)
    const faults = weather.seen
    return { seconds, kills: killer.kills, faults, tally: tally ?? countRound(undefined), violations }
  } finally {
    await cluster?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the load, kills programs and changes faults until this number of kills. */
async function runRound(
  load: Load,
  killer: Killer,
  kills: number,
  weather: Weather,
  random: () => number,
  { kills: all, weather: hasWeather = true, signal, progress }: FaultBenchOptions,
): Promise<void> {
  const over = new AbortController()
  const changing = (async () => {
    while (hasWeather && !over.signal.aborted) {
      weather.change()
      const milliseconds = WEATHER.least + WEATHER.more * random()
      await sleep(milliseconds, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  const loading = load.run(over.signal)
  try {
    while (killer.total < kills && !signal?.aborted) {
      await killer.strike(signal)
      progress(`${killer.total}/${all} kills`)
    }
  } finally {
    weather.clear()
    over.abort()
    await Promise.all([loading, changing])
    weather.clear()
  }
}
