import { StrataError } from '../../core/errors.ts'
import { signUrl } from '../../edge/access/sign.ts'
import { imageUrl, type UploadTarget } from '../edge-request.ts'
import type { SigningKey } from '../signing-key.ts'

const TIMEOUT_MS = 30_000

/** Reads images of a deployment. It signs URLs once `checkSignatures` has found that signatures are required. */
export class DeploymentReader {
  readonly #target: UploadTarget
  readonly #key: SigningKey | undefined
  /** Whether unsigned URLs are answered. */
  #isOpen = true
  /** Whether signatures cover the query; undefined while none are needed. */
  #signQuery: boolean | undefined

  constructor(target: UploadTarget, key: SigningKey | undefined) {
    this.#target = target
    this.#key = key
  }

  get hasKey(): boolean {
    return this.#key !== undefined
  }

  /** Whether images can be read; valid after `checkSignatures`. */
  get canRead(): boolean {
    return this.#isOpen || this.#signQuery !== undefined
  }

  /** @param name id, or id@hash */
  async get(name: string, query: string, headers: Record<string, string> = {}): Promise<Response> {
    return await ask(await this.#url(name, query, this.#signQuery), { headers })
  }

  /**
   * Finds out whether URLs must be signed and what signatures cover, and checks that a forged signature is refused.
   * @returns the findings as a sentence
   * @throws Error that describes the fault
   */
  async checkSignatures(id: string): Promise<string> {
    const query = 'f=native&w=1'
    const unsigned = await ask(await this.#url(id, query, undefined))
    const isOpen = unsigned.status !== 403
    this.#isOpen = isOpen
    await unsigned.arrayBuffer()
    if (isOpen && this.#key === undefined) return 'none asked for: images are open to everyone'
    if (isOpen) throw new Error(`expected 403 for an unsigned URL, got ${unsigned.status}`)
    if (this.#key === undefined) throw new Error('only signed URLs are answered, and no key was given')
    for (const signQuery of [false, true]) {
      const url = await this.#url(id, query, signQuery)
      if ((await statusOf(url)) !== 200) continue
      this.#signQuery = signQuery
      const forged = url.slice(0, -1) + (url.endsWith('0') ? '1' : '0')
      const status = await statusOf(forged)
      if (status !== 403) throw new Error(`expected 403 for a forged signature, got ${status}`)
      return `only signed URLs are answered; signatures cover the path${signQuery ? ' and the parameters' : ''}`
    }
    throw new Error(`expected 200 for a URL signed with key ${this.#key.kid}, got 403`)
  }

  async #url(name: string, query: string, signQuery: boolean | undefined): Promise<string> {
    const url = `${imageUrl(this.#target, name)}${query && '?'}${query}`
    if (this.#key === undefined || signQuery === undefined) return url
    return await signUrl(url, { ...this.#key, signQuery })
  }
}

/** @throws StrataError ORIGIN_FAILED when the server does not answer */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause) => {
    throw new StrataError('ORIGIN_FAILED', `${new URL(url).origin} does not answer`, { cause })
  })
}

async function statusOf(url: string): Promise<number> {
  const response = await ask(url)
  await response.arrayBuffer()
  return response.status
}
