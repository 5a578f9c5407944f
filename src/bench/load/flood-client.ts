import { setMaxListeners } from 'node:events'
import { Agent, request } from 'node:http'
import { parseErrorBody } from '../../core/error-body.ts'

/** Result of one request of a flood. */
export interface FloodAnswer {
  /** 0 where none came. */
  readonly status: number
  /** Code of an error's body, or the system's error code without an answer. */
  readonly code: string | undefined
  readonly retryAfter: string | undefined
  readonly ms: number
  readonly bytes: number
}

interface FloodRequest {
  readonly url: string
  readonly method: 'GET' | 'PUT'
  readonly headers: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array | undefined
}

/**
 * Milliseconds without a byte in either direction after which a request counts as unanswered. Most of an upload may be
 * in buffers along the way, so its sender sees no progress until they are emptied.
 */
const SILENCE_MS = 900_000
const SHOWN_CHARACTERS = 80

/** Sends all requests at once, each on a connection of its own, and waits for all. */
export async function flood(requests: readonly FloodRequest[], signal?: AbortSignal): Promise<FloodAnswer[]> {
  const agent = new Agent({ maxSockets: requests.length })
  if (signal) setMaxListeners(requests.length + 10, signal)
  try {
    return await Promise.all(requests.map((one) => send(one, agent, signal)))
  } finally {
    agent.destroy()
  }
}

function send(
  { url, body, method, headers }: FloodRequest,
  agent: Agent,
  signal: AbortSignal | undefined,
): Promise<FloodAnswer> {
  const start = performance.now()
  return new Promise((resolve) => {
    const none = (code: string) => end({ status: 0, code, retryAfter: undefined, bytes: 0 })
    const end = (answer: Omit<FloodAnswer, 'ms'>) => resolve({ ...answer, ms: performance.now() - start })
    const sent = request(url, { agent, method, headers, timeout: SILENCE_MS, signal }, (response) => {
      const { statusCode: status = 0, headers: received } = response
      const chunks: Uint8Array[] = []
      response.on('data', (chunk: Uint8Array) => void chunks.push(chunk))
      response.on('error', ({ message }) => none(message))
      response.on('end', () => {
        const answer = Buffer.concat(chunks)
        const code = status < 400 ? undefined : codeOf(answer)
        end({ status, code, retryAfter: received['retry-after'], bytes: answer.length })
      })
    })
    // Without a listener, a connection that is cut after an early answer would end the program.
    sent.on('socket', (socket) => void socket.on('error', () => undefined))
    sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)))
    // If an answer came before the whole body was sent, the promise is resolved already, and this error has no effect.
    sent.on('error', (error: NodeJS.ErrnoException) => none(error.code ?? error.message))
    sent.end(body)
  })
}

function codeOf(body: Buffer): string {
  return parseErrorBody(body).code ?? `no error body: ${body.toString('latin1', 0, SHOWN_CHARACTERS)}`
}
