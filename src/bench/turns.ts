import { cpuNow } from './cpu-clock.ts'

/** Warm-up rounds, which do not count. V8 compiles in tiers: the rivals' third round still took 1.5 times as long. */
const WARM_UP = 6

interface TurnEvents {
  readonly warmedUp?: () => void
  /** @param done round and number of rounds, such as `3/13` */
  readonly progress?: (done: string) => void
}

/**
 * Measures the CPU time of each run after the warm-up, in milliseconds. The runs take turns (A B C A B C), so that other
 * load on the machine affects all of them alike.
 */
export async function takeTurns<Name extends string>(
  runs: Readonly<Record<Name, () => Promise<unknown>>>,
  samples: number,
  { warmedUp, progress }: TurnEvents,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(runs) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 1; round <= WARM_UP + samples; round++) {
    progress?.(`${round}/${WARM_UP + samples}`)
    if (round === WARM_UP + 1) warmedUp?.()
    for (const name of names) {
      const start = cpuNow()
      await runs[name]()
      if (round > WARM_UP) times[name].push(cpuNow() - start)
    }
  }
  return times
}
