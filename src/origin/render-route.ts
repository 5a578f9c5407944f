import { RENDERED_SIZE } from '../format/rendered.ts'
import { openPicture } from '../node/ingest.ts'
import { countFrames } from '../node/picture-layers/frames.ts'
import { parseRenderParameters } from '../node/render/parameters.ts'
import { planRender } from '../node/render/plan.ts'
import { readBody } from './body.ts'
import { type Origin, type OriginContext, timed } from './services.ts'
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
  const ticket = origin.renders.admit()
  try {
    const [original, bodySeconds] = await timed(() => readBody(c.req.raw, config.maxBytes))
    checkBody(original)
    const picture = await openPicture(original, config.maxPixels)
    const frames = parameters.frames === 'all' ? countFrames(picture) : 1
    const plan = planRender({ ...picture, frames }, parameters)
    const [[file, seconds], bothSeconds] = await timed(() =>
      ticket.run(() => timed(() => origin.render(picture, plan, signal)), signal, plan.cost),
    )
    const { format } = plan
    const shown = format === 'original' ? picture : plan.size
    const size = `${shown.width}x${shown.height}`
    const [bytesIn, bytesOut] = [original.length, file.length]
    const spans = { body: bodySeconds, queue: bothSeconds - seconds, render: seconds }
    renderMetrics.rendered(format, spans, bytesIn, bytesOut)
    const facts = { requestId: c.get('requestId'), format, size, bytesIn, bytesOut }
    log('rendered', { ...facts, seconds: Number(seconds.toFixed(3)) })
    c.header('Content-Type', `image/${format === 'original' ? picture.format : format}`)
    c.header('Content-Length', String(bytesOut))
    c.header(RENDERED_SIZE, size)
    c.header('Server-Timing', `render;dur=${Math.round(seconds * 1000)}`)
    return c.body(file)
  } finally {
    ticket.release()
  }
}
