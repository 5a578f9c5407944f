import type { Point } from '../core/box.ts'
import { MAX_FILE_BYTES } from '../core/limits/table.ts'
import { focusText } from '../core/parameters.ts'
import { FOCUS_HEADER, PREVIEW_HEADER } from '../format/preview.ts'
import { FRAMES_HEADER } from '../format/rendered.ts'
import { checkBase, encodeOriginal, parseParameters } from '../node/encode.ts'
import { findFocus } from '../node/focus.ts'
import { openPicture } from '../node/ingest/ingest.ts'
import { checkBytes, readBody } from './body.ts'
import { type Origin, type OriginContext, timed } from './services.ts'
import { requireSignature } from './signature.ts'
import { requireToken } from './token.ts'

/** `POST /encode`: original in, verified .strata file out. */
export async function encode(
  c: OriginContext,
  { config, queue, metrics, ...origin }: Origin,
): Promise<Response> {
  requireToken(c.req.header('Authorization'), config.token)
  const checkBody = await requireSignature(c.req.raw, config.key)
  const { widths, quality, bg, coding } = c.req.query()
  const parameters = parseParameters({ widths, quality, bg, coding })
  const { signal } = c.req.raw
  const ticket = queue.admit()
  try {
    const [original, bodySeconds] = await timed(() => readBody(c.req.raw, config.maxBytes))
    checkBody(original)
    const bytesIn = original.length // before it is taken over
    const { maxPixels } = config
    const onAnimation = (frames: number) => c.header(FRAMES_HEADER, String(frames))
    const options = { encode: origin.encode, maxPixels, onAnimation, signal }
    let focus: Point | undefined
    const [[file, seconds], bothSeconds] = await timed(() =>
      ticket.run(
        () =>
          timed(async () => {
            const picture = await openPicture(original, maxPixels)
            checkBase(picture, parameters) // before anything is decoded
            focus = await findFocus(picture)
            return await encodeOriginal(original, parameters, options)
          }),
        signal,
      ),
    )
    checkBytes('file', file, MAX_FILE_BYTES)
    metrics.encoded(
      { body: bodySeconds, queue: bothSeconds - seconds, encode: seconds },
      bytesIn,
      file.length,
    )
    origin.log('encoded', {
      requestId: c.get('requestId'),
      traceId: c.get('traceId'),
      bytesIn,
      bytesOut: file.length,
      seconds: Number(seconds.toFixed(3)),
    })
    const preview = await origin.preview?.(file)
    if (preview !== undefined) c.header(PREVIEW_HEADER, preview)
    if (focus !== undefined) c.header(FOCUS_HEADER, focusText(focus))
    c.header('Content-Type', 'application/octet-stream')
    c.header('Server-Timing', `encode;dur=${Math.round(seconds * 1000)}`)
    return c.body(file as Uint8Array<ArrayBuffer>)
  } finally {
    ticket.release()
  }
}
