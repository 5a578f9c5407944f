import { setTimeout as sleep } from 'node:timers/promises'
import { pick } from '../random.ts'
import type { Client } from './client.ts'
import { History } from './history.ts'
import type { Seen } from './invariants.ts'
import { makePicture } from './pictures.ts'

const WRITERS = 3
const READERS = 2
const IMAGES_OF_WRITER = 4
/** Milliseconds between two writes of one writer, and two reads of one reader. */
const WRITE_PAUSE = { least: 500, more: 3500 } as const
const READ_PAUSE = { least: 50, more: 450 } as const

/** Shares of a writer's requests; the others upload new pictures. */
const DELETIONS = 0.08
const REPETITIONS = 0.12
const BROKEN = 0.1

/** Writes and reads images until it is stopped. Each image has one writer, so that its writes have an order. */
export class Load {
  readonly histories: readonly History[]
  readonly seen: Seen[] = []
  readonly #client: Client
  readonly #random: () => number
  #pictures: number

  /**
   * @param name the ids begin with it
   * @param firstSeed seed of the first picture; each picture has its own
   * @param random 0..1
   */
  constructor(client: Client, name: string, firstSeed: number, random: () => number) {
    this.#client = client
    this.#random = random
    this.#pictures = firstSeed
    this.histories = Array.from({ length: WRITERS * IMAGES_OF_WRITER }, (_, i) => new History(`${name}-${i}`))
  }

  /** Resolves after `stop` has fired and the last write has ended. */
  async run(stop: AbortSignal): Promise<void> {
    const writers = Array.from({ length: WRITERS }, (_, i) => {
      const own = this.histories.slice(i * IMAGES_OF_WRITER, (i + 1) * IMAGES_OF_WRITER)
      return this.#repeat(() => this.#write(pick(own, this.#random)), WRITE_PAUSE, stop)
    })
    const readers = Array.from({ length: READERS }, () =>
      this.#repeat(() => this.#read(pick(this.histories, this.#random)), READ_PAUSE, stop),
    )
    await Promise.all([...writers, ...readers])
  }

  async #write(history: History): Promise<void> {
    const choice = this.#random()
    const { length } = history.pictures
    if (length > 0 && choice < DELETIONS) return await this.#client.delete(history)
    if (length > 0 && choice < DELETIONS + REPETITIONS) return await this.#client.put(history, length - 1)
    await this.write(history, choice < DELETIONS + REPETITIONS + BROKEN)
  }

  /** Uploads a new picture. */
  async write(history: History, isBroken = false): Promise<void> {
    const width = 96 + Math.floor(64 * this.#random())
    const picture = await makePicture(this.#pictures++, width, 64 + Math.floor(48 * this.#random()), isBroken)
    await this.#client.put(history, history.add(picture))
  }

  async #read(history: History): Promise<void> {
    const seen = await this.#client.look(history)
    if (seen) this.seen.push(seen)
  }

  async #repeat(
    work: () => Promise<void>,
    { least, more }: { readonly least: number; readonly more: number },
    stop: AbortSignal,
  ): Promise<void> {
    while (!stop.aborted) {
      await work()
      await sleep(least + more * this.#random(), undefined, { signal: stop }).catch(() => undefined)
    }
  }
}
