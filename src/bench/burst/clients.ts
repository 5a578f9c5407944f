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

/**
 * Asks for each of these addresses once, as a browser does: so many at a time, and none a second time.
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
      answers.push(await ask(url, accept, agent))
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

function ask(url: string, accept: string, agent: Agent): Promise<Asked> {
  return new Promise((resolve) => {
    const start = performance.now()
    const done = (status: number, bytes: number, said: string) =>
      resolve({ status, ms: performance.now() - start, bytes, said })
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
    sent.on('error', (error) => done(0, 0, error.message))
    sent.end()
  })
}
