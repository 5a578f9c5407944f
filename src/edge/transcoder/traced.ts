import type { Trace } from '../request/trace.ts'
import type { Transcoder } from './transcoder.ts'

/** The same transcoder, told of the trace that a request belongs to. */
export function tracedTranscoder(transcoder: Transcoder | undefined, trace: Trace): Transcoder | undefined {
  if (transcoder === undefined || trace.traceId === undefined) return transcoder
  return {
    ...(transcoder.embedModels && { embedModels: transcoder.embedModels }),
    ...(transcoder.check && { check: transcoder.check.bind(transcoder) }),
    transcode: (prefix, request, signal) => transcoder.transcode(prefix, request, signal, trace.next()),
  }
}
