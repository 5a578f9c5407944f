import { cpuNow } from './cpu-clock.ts'

/** Warm-up rounds, which do not count. V8 compiles in tiers: the rivals' third round still took 1.5 times as long. */
const WARM_UP = 6

interface TurnOptions {
  readonly warmedUp?: () => void
  /** @param done round and number of rounds, such as `3/13` */
  readonly progress?: (done: string) => void
  /** Rounds of warm-up. Fewer are needed when the same code has run before with other data. @default 6 */
  readonly warmUp?: number | undefined
}

/**
 * Measures the CPU time of each run after the warm-up, in milliseconds. The runs take turns (A B C A B C), so that other
 * load on the machine affects all of them alike.
 */
export async function takeTurns<Name extends string>(
  runs: Readonly<Record<Name, () => Promise<unknown>>>,
  samples: number,
  { warmedUp, progress, warmUp = WARM_UP }: TurnOptions,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(runs) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 1; round <= warmUp + samples; round++) {
    progress?.(`${round}/${warmUp + samples}`)
    if (round === warmUp + 1) warmedUp?.()
    for (const name of names) {
      const start = cpuNow()
      await runs[name]()
      if (round > warmUp) times[name].push(cpuNow() - start)
    }
  }
  return times
}
