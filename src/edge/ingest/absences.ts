import { StrataError } from '../../core/errors.ts'
import { LruCache } from '../../core/lru.ts'
import { dropBody, findBody, keepBody } from '../variants/body-cache.ts'

/** What a source answered in place of a picture. */
interface Absence {
  readonly code: StrataError['code']
  readonly message: string
}

/** Seconds for which a source that has no such picture, or something else there, is not asked again. */
const ABSENT_S = 60
/** Seconds for which a source that fails is left alone by this isolate. */
const DOWN_S = 5
const KEPT = 4096

/**
 * Remembers what sources do not have, so that asking for it again costs them nothing: in this isolate, and in the Cache
 * API for the other isolates of the data centre. That a source is down is remembered here alone, and not for long.
 */
export class Absences {
  readonly #entries = new LruCache<string, { readonly absence: Absence; readonly until: number } | null>(KEPT)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param id of the picture that was to be pulled
   * @param url of the request, whose host belongs to the cache key
   */
  async find(id: string, url: string): Promise<StrataError | undefined> {
    const entry = this.#entries.get(id)
    if (entry && this.#now() < entry.until) return errorOf(entry.absence)
    const kept = await findBody(absenceKey(id, url))
    return kept && errorOf(await kept.json<Absence>())
  }

  async note(id: string, url: string, { code, message, status }: StrataError): Promise<void> {
    const seconds = status >= 500 ? DOWN_S : ABSENT_S
    const absence = { code, message }
    this.#entries.set(id, { absence, until: this.#now() + 1000 * seconds })
    if (status >= 500) return
    const bytes = new TextEncoder().encode(JSON.stringify(absence))
    await keepBody(absenceKey(id, url), bytes, 'application/json', { seconds }).catch(() => undefined)
  }

  async forget(id: string, url: string): Promise<void> {
    this.#entries.set(id, null)
    await dropBody(absenceKey(id, url))
  }
}

function absenceKey(id: string, url: string): string {
  return new URL(`/.strata/absent/${id}`, url).href
}

function errorOf({ code, message }: Absence): StrataError {
  return new StrataError(code, message)
}
