import { ENCODE_SIGNATURE } from '../core/http/encode-signature.ts'
import { MAX_PICTURE_BYTES } from '../core/limits/table.ts'
import { RENDERED_SIZE } from '../format/rendered.ts'
import { sniffFormat } from '../format/sniff.ts'
import { findFocus } from '../node/focus.ts'
import { openPicture } from '../node/ingest/ingest.ts'
import { countFrames } from '../node/originals/frames.ts'
import { parseRenderParameters, type RenderParameters } from '../node/render/parameters.ts'
import { planRender } from '../node/render/plan.ts'
import { checkBytes, readBody } from './body.ts'
import { namesOf, type Origin, type OriginContext, timed, timedTurn } from './services.ts'
import { requireSignature } from './signature.ts'
import { requireToken } from './token.ts'

/**
 * `POST /render`: original in, picture out. What the header of the original says decides how long the work will take, and
 * by that where it stands in the line.
 */
export async function render(c: OriginContext, origin: Origin): Promise<Response> {
  const { config, log, renderMetrics } = origin
  requireToken(c.req.header('Authorization'), config.token)
  const checkBody = await requireSignature(c.req.raw, config.key)
  const parameters = parseRenderParameters(new URL(c.req.url).searchParams)
  const { signal } = c.req.raw
  const sha256 = hashOf(c.req.raw)
  // Who waits for another's body takes no place meanwhile: that body may be waiting for one.
  const kept = sha256 && isEmpty(c.req.raw) ? await origin.originals.require(sha256) : undefined
  const ticket = origin.renders.admit()
  try {
    const receive = async () => {
      const body = await readBody(c.req.raw, config.maxBytes)
      checkBody(body)
      return body
    }
    const [original, bodySeconds] = kept
      ? [kept, 0]
      : await timed(() => origin.originals.receive(sha256, receive))
    const picture = await openPicture(original, config.maxPixels)
    const source = { ...picture, frames: parameters.frames === 'all' ? countFrames(picture) : 1 }
    const plan = planRender(source, parameters)
    const aimed = async () =>
      parameters.focus === 'auto' ? planRender(source, parameters, await findFocus(picture)) : plan
    const work = async () =>
      origin.render(picture, { ...(await aimed()), hurried: isHurried(parameters, origin) }, signal)
    const { result: file, seconds, waited } = await timedTurn(ticket, work, signal, plan.cost)
    checkBytes('picture', file, MAX_PICTURE_BYTES)
    const format = sniffFormat(file) ?? plan.format
    const shown = plan.format === 'original' ? picture : plan.size
    const size = `${shown.width}x${shown.height}`
    const [bytesIn, bytesOut] = [original.length, file.length]
    const spans = { body: bodySeconds, queue: waited, render: seconds }
    renderMetrics.rendered(plan.format, spans, bytesIn, bytesOut)
    const facts = { format, size, bytesIn, bytesOut, seconds: Number(seconds.toFixed(3)) }
    log('rendered', { ...namesOf(c), ...facts })
    c.header('Content-Type', `image/${format}`)
    c.header('Content-Length', String(bytesOut))
    c.header(RENDERED_SIZE, size)
    c.header('Server-Timing', `render;dur=${Math.round(seconds * 1000)}`)
    return c.body(file)
  } finally {
    ticket.release()
  }
}

/** Whether at least as many wait for a picture as are being made. */
function isHurried({ wait }: RenderParameters, { renders }: Origin): boolean {
  return wait && renders.ready >= renders.active
}

/** What the sender says the SHA-256 of the original is. */
function hashOf({ headers }: Request): string | undefined {
  const text = headers.get(ENCODE_SIGNATURE.content) ?? ''
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined
}

function isEmpty({ body, headers }: Request): boolean {
  return body === null || headers.get('Content-Length') === '0'
}
