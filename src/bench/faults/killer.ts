import { setTimeout as sleep } from 'node:timers/promises'
import { pick } from '../random.ts'
import type { Cluster } from './cluster.ts'
import type { WorkerLink } from './host.ts'
import type { Program } from './program.ts'

/**
 * Processes that can be killed: `edge` and `consumer` are whole process groups, `workerd` is the process below one of
 * them.
 */
export const VICTIMS = ['origin', 'edge', 'workerd', 'consumer'] as const
type Victim = (typeof VICTIMS)[number]

export type Kills = Readonly<Record<Victim, number>>

/** Milliseconds between two kills, and before a victim is restarted. */
const LIFE = { least: 300, more: 2500 } as const
const DEATH_MS = 800
/** Share of the kills that hit a starting program, and milliseconds within which they do. */
const YOUNG = 0.2
const YOUTH_MS = 1500

/** Kills programs at random times and restarts them. */
export class Killer {
  readonly #cluster: Cluster
  readonly #random: () => number
  readonly #kills: Record<Victim, number> = { origin: 0, edge: 0, workerd: 0, consumer: 0 }

  /** @param random 0..1 */
  constructor(cluster: Cluster, random: () => number) {
    this.#cluster = cluster
    this.#random = random
  }

  get kills(): Kills {
    return this.#kills
  }

  get total(): number {
    return VICTIMS.reduce((sum, victim) => sum + this.#kills[victim], 0)
  }

  /** Lets everything run for a while, then kills one program, sometimes once more while it starts, and waits until it runs. */
  async strike(signal?: AbortSignal): Promise<void> {
    await sleep(LIFE.least + LIFE.more * this.#random(), undefined, signal && { signal }).catch(
      () => undefined,
    )
    const victim = pick(VICTIMS, this.#random)
    const program = this.#programOf(victim)
    const runtime = victim === 'workerd' ? (link: unknown) => (link as WorkerLink).runtime : undefined
    await program.kill(runtime)
    this.#kills[victim]++
    await sleep(DEATH_MS * this.#random())
    if (this.#random() < YOUNG) {
      const starting = program.start()
      await sleep(YOUTH_MS * this.#random())
      await program.kill()
      this.#kills[victim === 'workerd' ? 'edge' : victim]++
      await starting
    }
    await program.start()
  }

  #programOf(victim: Victim): Program<unknown> {
    const { origin, edges, consumer } = this.#cluster
    if (victim === 'origin') return origin
    if (victim === 'consumer') return consumer
    const workers = victim === 'edge' ? edges : [...edges, consumer]
    return pick(workers, this.#random)
  }
}
