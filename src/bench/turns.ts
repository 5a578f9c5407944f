import { cpuNow } from './cpu-clock.ts'

/** Rounds before the first that counts. V8 compiles in tiers: in the third round the rivals still took half as long again. */
const WARM_UP = 6

interface TurnEvents {
  readonly warmedUp?: () => void
  /** @param done round and how many there are, as `3/13` */
  readonly progress?: (done: string) => void
}

/**
 * CPU time in milliseconds of each run after the warm-up. The runs take turns (A B C A B C), so that other load on the
 * machine hits all of them alike.
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
