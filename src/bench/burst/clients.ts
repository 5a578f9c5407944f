import { Agent, request } from 'node:http'
import { StrataError } from '../../core/errors.ts'

/** One answer. */
interface Asked {
  /** 0 where none came. */
  readonly status: number
  /** Milliseconds from sending the request to the last byte. */
  readonly ms: number
  readonly bytes: number
  /** First line of the body of an answer other than 200; empty for 200. */
  readonly said: string
  /** Whether the request was repeated, because the server had closed the kept connection. */
  readonly again: boolean
}

export interface Burst {
  readonly answers: readonly Asked[]
  /** Milliseconds until all were answered. */
  readonly wallMs: number
}

interface BurstOptions {
  /** Concurrent requests, each on its own persistent connection. */
  readonly connections: number
  /** Header of every request. */
  readonly accept: string
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds without a byte after which a request counts as unanswered. */
const SILENCE_MS = 60_000

const SAID_CHARACTERS = 160

type Answer = Omit<Asked, 'ms' | 'again'>

const NONE: Answer = { status: 0, bytes: 0, said: 'closed' }

/**
 * Requests each of these addresses as a browser does: concurrently, and only once, unless its connection was kept from
 * an earlier request and closed before a byte of the answer came (RFC 9112 §9.3.1). workerd closes a connection that is
 * idle for 5 s, even if it was too busy to read a request that has arrived meanwhile.
 * @throws StrataError ABORTED
 */
export async function askAll(
  urls: readonly string[],
  { connections, accept, signal }: BurstOptions,
): Promise<Burst> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers: Asked[] = []
  const left = [...urls].reverse()
  const client = async () => {
    for (let url = left.pop(); url !== undefined; url = left.pop()) {
      if (signal?.aborted) throw new StrataError('ABORTED', 'the measurement was stopped')
      const start = performance.now()
      const first = await ask(url, accept, agent)
      const answer = first ?? (await ask(url, accept, false)) ?? NONE
      answers.push({ ...answer, ms: performance.now() - start, again: first === undefined })
    }
  }
  const start = performance.now()
  try {
    await Promise.all(Array.from({ length: connections }, client))
    return { answers, wallMs: performance.now() - start }
  } finally {
    agent.destroy()
  }
}

/**
 * @param agent false: a new connection
 * @returns undefined when the connection was kept from an earlier request and closed before an answer came
 */
function ask(url: string, accept: string, agent: Agent | false): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const done = (status: number, bytes: number, said: string) => resolve({ status, bytes, said })
    const sent = request(url, { agent, headers: { Accept: accept }, timeout: SILENCE_MS }, (response) => {
      const status = response.statusCode ?? 0
      const chunks: Uint8Array[] = []
      response.on('data', (chunk: Uint8Array) => void chunks.push(chunk))
      response.on('error', (error) => done(0, 0, error.message))
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        done(status, body.length, status === 200 ? '' : body.toString('latin1', 0, SAID_CHARACTERS))
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)))
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(undefined)
      else done(0, 0, error.message)
    })
    sent.end()
  })
}
