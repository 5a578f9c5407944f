import { Agent, request } from 'node:http'
import { StrataError } from '../../core/errors.ts'

/** One answer. */
interface Asked {
  /** 0 where none came. */
  readonly status: number
  /** Milliseconds from sending the request to the last byte. */
  readonly ms: number
  readonly bytes: number
  /** What an answer other than 200 says, its first line; empty for 200. */
  readonly said: string
  /** Whether it was asked for again, because the server had closed the connection that it was sent on. */
  readonly again: boolean
}

export interface Burst {
  readonly answers: readonly Asked[]
  /** Milliseconds until all were answered. */
  readonly wallMs: number
}

interface BurstOptions {
  /** Requests at a time, each on its own persistent connection. */
  readonly connections: number
  /** Header of every request. */
  readonly accept: string
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds without a byte after which a request counts as not answered. */
const SILENCE_MS = 60_000

const SAID_CHARACTERS = 160

type Answer = Omit<Asked, 'ms' | 'again'>

const NONE: Answer = { status: 0, bytes: 0, said: 'closed' }

/**
 * Asks for each of these addresses as a browser does: so many at a time, and none a second time, unless its connection was
 * kept from an earlier request and closed before a byte of the answer came (RFC 9112 §9.3.1). workerd closes a connection that is
 * idle for 5 s, even if a request has come meanwhile that it was too busy to read.
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
 * @param agent false: over a connection of its own
 * @returns undefined where the connection was kept from an earlier request, and closed before an answer came
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
