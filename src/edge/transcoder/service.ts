import { readErrorBody } from '../../core/error-body.ts'
import type { StrataErrorCode } from '../../core/errors.ts'
import { StrataError } from '../../core/errors.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import { readHeader } from '../../format/reader.ts'
import { FILE_REFUSALS } from '../../format/refusals.ts'
import { HttpError } from '../errors.ts'
import { costOf } from './cost.ts'
import { EMBED_MODELS } from './embed-models.ts'
import type { TranscodeRequest, Transcoder } from './transcoder.ts'
import { toQuery } from './wire.ts'

/** What a service binding and `fetch` have in common. */
export interface FetcherLike {
  fetch(request: Request): Promise<Response>
}

/** Milliseconds that its models may take to load. */
const CHECK_MS = 10_000

/** Codes of the transcoder that its caller hears of; every other one becomes TRANSCODE_FAILED. */
const PASSED_ON: readonly StrataErrorCode[] = [
  ...FILE_REFUSALS,
  'TRANSCODE_BUSY',
  'NOT_ACCEPTABLE',
  'INPUT_TOO_LARGE',
]

/**
 * The transcoder Worker (src/transcoder.ts) behind a service binding. The host name in the URL is never resolved.
 * @returns undefined where the binding is missing: such an edge decodes nothing
 */
export function serviceTranscoder(service: FetcherLike): Transcoder
export function serviceTranscoder(service: FetcherLike | undefined): Transcoder | undefined
export function serviceTranscoder(service: FetcherLike | undefined): Transcoder | undefined {
  if (service === undefined) return undefined
  return {
    embedModels: EMBED_MODELS,
    async check() {
      const response = await service.fetch(
        new Request('http://transcoder/health', { signal: AbortSignal.timeout(CHECK_MS) }),
      )
      await response.body?.cancel()
      if (!response.ok)
        throw new StrataError('TRANSCODE_FAILED', `the transcoder answered ${response.status}`)
    },
    async transcode(prefix, request, signal, headers) {
      const sent = toHttpRequest(prefix, request, signal, headers)
      let response: Response
      try {
        response = await service.fetch(sent)
      } catch (cause) {
        throw new StrataError('TRANSCODE_FAILED', 'the transcoder did not answer', { cause })
      }
      if (response.ok && response.body !== null) return response.body
      const { code, message } = await readErrorBody(response)
      const passedOn = PASSED_ON.find((candidate) => candidate === code)
      throw new HttpError(
        passedOn ?? 'TRANSCODE_FAILED',
        message ?? `the transcoder answered ${response.status}`,
        passedOn === 'TRANSCODE_BUSY' ? retryAfterOf(response) : {},
      )
    },
  }
}

function retryAfterOf(response: Response): Record<string, string> {
  const seconds = response.headers.get('Retry-After')
  return seconds !== null && /^[0-9]{1,3}$/.test(seconds) ? { 'Retry-After': seconds } : {}
}

/** @throws StrataError FORMAT_*, INPUT_TOO_LARGE: what the transcoder would refuse is not sent */
function toHttpRequest(
  prefix: Uint8Array,
  request: TranscodeRequest,
  signal?: AbortSignal,
  headers?: Readonly<Record<string, string>>,
): Request {
  const query = toQuery(request, costOf(readHeader(prefix).layers, request))
  return new Request(`http://transcoder/transcode?${query}`, {
    method: 'POST',
    body: prefix,
    headers: { 'Content-Type': STRATA_TYPE, ...headers },
    ...(signal && { signal }),
  })
}
