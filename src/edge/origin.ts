import { StrataError, type StrataErrorCode } from '../core/errors.ts'
import { readAtMost } from './body.ts'
import { readErrorBody } from './remote-error.ts'
import type { UploadParams } from './state.ts'

/** Where pictures are encoded (src/origin). */
export interface Origin {
  /** Base address, such as `http://127.0.0.1:8788`. */
  readonly url: string
  /** Sent as `Authorization: Bearer`, where the origin asks for a token. */
  readonly token?: string
  /** Takes the place of the global `fetch`: a binding, a tunnel, a test. */
  readonly fetch?: (request: Request) => Promise<Response>
}

/** Faults of the upload itself: trying again cannot help. */
const PERMANENT: readonly StrataErrorCode[] = [
  'INPUT_CORRUPT',
  'INPUT_EMPTY',
  'INPUT_TOO_LARGE',
  'INPUT_UNSUPPORTED',
  'PARAM_INVALID',
]

/** No picture that the origin accepts comes near this; it only bounds the memory an answer may take. */
const MAX_FILE_BYTES = 48 * 1024 * 1024

/** Whether the picture is to blame, so that the upload has failed for good. */
export function isPermanent(error: unknown): boolean {
  return error instanceof StrataError && PERMANENT.includes(error.code)
}

/** Thrown while the origin has no place; `retryAfter` in seconds. */
export class OriginBusy extends StrataError {
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('ORIGIN_BUSY', 'the origin has no free place')
    this.retryAfter = retryAfter
  }
}

/**
 * `POST ORIGIN/encode`.
 * @returns a complete .strata file, not yet checked
 * @throws OriginBusy; StrataError INPUT_*, PARAM_INVALID as the origin says; ORIGIN_FAILED for everything else
 */
export async function encodeAtOrigin(
  origin: Origin,
  picture: { readonly body: ReadableStream; readonly contentType: string },
  params: UploadParams,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const url = new URL(`${origin.url.replace(/\/+$/, '')}/encode`)
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  const request = new Request(url, {
    method: 'POST',
    body: picture.body,
    headers: {
      'Content-Type': picture.contentType,
      ...(origin.token && { Authorization: `Bearer ${origin.token}` }),
    },
    signal,
  })
  const send = origin.fetch ?? ((outgoing: Request) => fetch(outgoing))
  try {
    const response = await send(request)
    if (!response.ok) throw await refusal(response)
    const bytes = await readAtMost(response.body, MAX_FILE_BYTES)
    if (bytes === undefined)
      throw new StrataError('ORIGIN_FAILED', 'the origin sent a file that is too large')
    return bytes
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new StrataError('ORIGIN_FAILED', 'the origin did not answer', { cause: error })
  }
}

async function refusal(response: Response): Promise<StrataError> {
  const { code, message } = await readErrorBody(response)
  if (response.status === 503 || response.status === 429) {
    return new OriginBusy(Number(response.headers.get('Retry-After')) || 1)
  }
  const permanent = PERMANENT.find((candidate) => candidate === code)
  if (permanent !== undefined) return new StrataError(permanent, message ?? 'the origin refused the picture')
  const detail = [response.status, code, message].filter((part) => part !== undefined).join(' ')
  return new StrataError('ORIGIN_FAILED', `the origin answered ${detail}`)
}
