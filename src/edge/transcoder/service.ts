import { readErrorBody } from '../../core/error-body.ts'
import type { StrataErrorCode } from '../../core/errors.ts'
import { StrataError } from '../../core/errors.ts'
import { EMBED_MODELS } from './embed-models.ts'
import type { TranscodeRequest, Transcoder } from './transcoder.ts'

/** What a service binding and `fetch` have in common. */
export interface FetcherLike {
  fetch(request: Request): Promise<Response>
}

/** Codes of the transcoder that say more than "it failed" and are passed on as they are. */
const PASSED_ON: readonly StrataErrorCode[] = [
  'CODING_UNKNOWN',
  'ENTROPY_CORRUPT',
  'FORMAT_CHECKSUM',
  'FORMAT_INVALID',
  'FORMAT_MAGIC',
  'FORMAT_TRUNCATED',
  'FORMAT_VERSION',
  'MODEL_UNKNOWN',
  'TRANSCODE_BUSY',
]

/**
 * The transcoder Worker (src/transcoder.ts) behind a service binding; the host name of the URL is never resolved. Undefined where
 * it is not bound: such an edge decodes nothing.
 */
export function serviceTranscoder(service: FetcherLike): Transcoder
export function serviceTranscoder(service: FetcherLike | undefined): Transcoder | undefined
export function serviceTranscoder(service: FetcherLike | undefined): Transcoder | undefined {
  if (service === undefined) return undefined
  return {
    embedModels: EMBED_MODELS,
    async transcode(prefix, request, signal) {
      let response: Response
      try {
        response = await service.fetch(toRequest(prefix, request, signal))
      } catch (cause) {
        throw new StrataError('TRANSCODE_FAILED', 'the transcoder did not answer', { cause })
      }
      if (response.ok && response.body !== null) return response.body
      const { code, message } = await readErrorBody(response)
      const known = PASSED_ON.find((candidate) => candidate === code)
      throw new StrataError(
        known ?? 'TRANSCODE_FAILED',
        message ?? `the transcoder answered ${response.status}`,
      )
    },
  }
}

function toRequest(
  prefix: Uint8Array,
  { layer, width, height, fit, background, quality, ht }: TranscodeRequest,
  signal?: AbortSignal,
) {
  const frame = `${fit ? `&fit=${fit}` : ''}${background ? `&bg=${background}` : ''}`
  const url = `http://transcoder/transcode?layer=${layer}&w=${width}&h=${height}${frame}&q=${quality}&ht=${ht}`
  return new Request(url, {
    method: 'POST',
    body: prefix,
    headers: { 'Content-Type': 'image/vnd.strata' },
    ...(signal && { signal }),
  })
}
