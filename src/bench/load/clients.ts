import { Agent, request } from 'node:http'
import { StrataError } from '../../core/errors.ts'

/** A request that is repeated. */
export interface Target {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes that every answer must have. */
  readonly bytes: number
}

export interface Turn {
  /** Milliseconds of each request, in the order they ended. */
  readonly latencies: readonly number[]
  readonly seconds: number
}

export interface LoadOptions {
  /** Concurrent requests, each on its own persistent connection. */
  readonly connections: number
  readonly seconds: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Repeats one request, each time after the previous response.
 * @throws StrataError INTERNAL for any answer but 200 with the right number of bytes; ABORTED
 */
export async function load(target: Target, options: LoadOptions): Promise<Turn> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections })
  const latencies: number[] = []
  const start = performance.now()
  const end = start + 1000 * options.seconds
  const client = async () => {
    while (performance.now() < end) {
      if (options.signal?.aborted) throw new StrataError('ABORTED', 'the measurement was stopped')
      const before = performance.now()
      await ask(target, agent)
      latencies.push(performance.now() - before)
    }
  }
  try {
    await Promise.all(Array.from({ length: options.connections }, client))
    return { latencies, seconds: (performance.now() - start) / 1000 }
  } finally {
    agent.destroy()
  }
}

function ask({ url, headers, bytes }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, ...(headers && { headers }) }, (response) => {
      let received = 0
      response.on('data', (chunk: Uint8Array) => {
        received += chunk.length
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200 && received === bytes) resolve()
        else reject(wrongAnswer(url, bytes, response.statusCode ?? 0, received))
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

function wrongAnswer(url: string, bytes: number, status: number, received: number): StrataError {
  return new StrataError('INTERNAL', `${url}: expected 200 and ${bytes} bytes, got ${status} and ${received}`)
}
