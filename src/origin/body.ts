import { concat } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'

/** A body must bring so many bytes in each such time, or its end: a sender that trickles would hold a place for minutes. */
interface LeastPace {
  readonly bytes: number
  readonly milliseconds: number
}

const LEAST_PACE: LeastPace = { bytes: 64 * 1024, milliseconds: 5000 }

/**
 * Reads a request body into memory. The declared length is judged before the first byte is read, and the bytes are
 * counted while they arrive, because the declaration may be absent or a lie. As long as it holds, no byte is in memory
 * twice.
 * @throws StrataError INPUT_TOO_LARGE, INPUT_EMPTY, BODY_SLOW, ABORTED (the client went away)
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  pace: LeastPace = LEAST_PACE,
): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > maxBytes) throw tooLarge(maxBytes, `${declared}`)
  if (!request.body) throw new StrataError('INPUT_EMPTY', 'body: expected a picture, got 0 bytes')
  const whole = new Uint8Array(Number.isInteger(declared) ? Math.max(declared, 0) : 0)
  const beyond: Uint8Array[] = []
  let [filled, length] = [0, 0]
  const reader = (request.body as ReadableStream<Uint8Array>).getReader()
  let [isSlow, before] = [false, 0]
  const watch = setInterval(() => {
    isSlow = length - before < pace.bytes
    before = length
    if (isSlow) reader.cancel().catch(() => {}) // the read that waits ends
  }, pace.milliseconds)
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      length += step.value.length
      if (length > maxBytes) throw tooLarge(maxBytes, 'more')
      if (length > whole.length) beyond.push(step.value)
      else {
        whole.set(step.value, filled)
        filled = length
      }
    }
  } catch (error) {
    await reader.cancel().catch(() => {})
    if (error instanceof StrataError) throw error
    throw new StrataError('ABORTED', 'the client went away while it sent the body', { cause: error })
  } finally {
    clearInterval(watch)
  }
  if (isSlow) throw tooSlow(pace)
  if (length === 0) throw new StrataError('INPUT_EMPTY', 'body: expected a picture, got 0 bytes')
  return length === whole.length ? whole : concat([whole.subarray(0, filled), ...beyond])
}

function tooLarge(maxBytes: number, actual: string): StrataError {
  return new StrataError('INPUT_TOO_LARGE', `body: expected at most ${maxBytes} bytes, got ${actual}`)
}

function tooSlow({ bytes, milliseconds }: LeastPace): StrataError {
  const expected = `at least ${bytes} bytes in ${milliseconds / 1000} s`
  return new StrataError('BODY_SLOW', `body: expected ${expected}, got fewer`)
}

/**
 * What the edge would not take is not sent: it says so itself, and what can be done.
 * @param what is sent
 * @throws StrataError INPUT_TOO_LARGE
 */
export function checkBytes(what: string, { length }: Uint8Array, most: number): void {
  if (length <= most) return
  const message = `${what}: expected at most ${most} bytes, got ${length}; lower the quality or the width`
  throw new StrataError('INPUT_TOO_LARGE', message)
}
