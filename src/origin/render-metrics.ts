import type { RenderFormat } from '../node/render/parameters.ts'
import { count, createHistogram, head, labelled, single } from './prometheus.ts'

/** Phases of a request to render: reading the body, waiting for a worker, making the picture. */
type RenderSpan = 'body' | 'queue' | 'render'
const SPANS: readonly RenderSpan[] = ['body', 'queue', 'render']

export interface RenderMetrics {
  rendered(
    format: RenderFormat,
    seconds: Readonly<Record<RenderSpan, number>>,
    bytesIn: number,
    bytesOut: number,
  ): void
  /** All figures as Prometheus text. */
  render(gauges: { readonly active: number; readonly waiting: number }): string
}

/** Counters of the renders of one origin process. */
export function createRenderMetrics(): RenderMetrics {
  const made = new Map<string, number>()
  const bytesOut = new Map<string, number>()
  const spans = new Map(SPANS.map((span) => [span, createHistogram()]))
  let bytesIn = 0

  return {
    rendered(format, seconds, input, output) {
      count(made, format)
      count(bytesOut, format, output)
      bytesIn += input
      for (const span of SPANS) spans.get(span)?.observe(seconds[span])
    },
    render({ active, waiting }) {
      const duration = 'render_span_duration_seconds'
      const lines = [
        ...labelled('renders_total', 'Pictures rendered, by format.', 'format', made),
        ...head(duration, 'histogram', 'Time of the parts of a render.'),
        ...[...spans].flatMap(([span, histogram]) => histogram.render(duration, `span="${span}"`)),
        ...single('render_input_bytes_total', 'counter', 'Bytes of originals rendered.', bytesIn),
        ...labelled('render_output_bytes_total', 'Bytes of pictures made, by format.', 'format', bytesOut),
        ...single('renders_in_progress', 'gauge', 'Renders that run now.', active),
        ...single('renders_waiting', 'gauge', 'Renders admitted that do not run yet.', waiting),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}
