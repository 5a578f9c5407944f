import { cpuNow } from './cpu-clock.ts'

/** Rounds before the first that counts. V8 compiles in tiers: after two, the rivals still took half as long again. */
const WARM_UP = 6

export interface TurnEvents {
  readonly warmedUp?: () => void
  /** @param done round and how many there are, as `3/13` */
  readonly progress?: (done: string) => void
}

/**
 * CPU time of each run in milliseconds, in the order A B C A B C, so that whatever else the machine does hits all; warm-up is
 * left out.
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
