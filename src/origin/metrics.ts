import { count, createHistogram, head, labelled, single } from './prometheus.ts'

/** Content type of the Prometheus text format 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Phases of an encode request: reading the body, waiting for a worker, encoding and verifying. */
type Span = 'body' | 'queue' | 'encode'
const SPANS: readonly Span[] = ['body', 'queue', 'encode']

export interface OriginMetrics {
  /** @param seconds duration of a request to /encode; undefined for others, which are only counted */
  request(status: number, seconds: number | undefined): void
  error(code: string): void
  encoded(seconds: Readonly<Record<Span, number>>, bytesIn: number, bytesOut: number): void
  /** All figures as Prometheus text. */
  render(gauges: { readonly active: number; readonly waiting: number }): string
}

/** Counters of one origin process. */
export function createMetrics({ concurrency }: { readonly concurrency: number }): OriginMetrics {
  const statuses = new Map<string, number>()
  const errors = new Map<string, number>()
  const durations = createHistogram()
  const spans = new Map(SPANS.map((span) => [span, createHistogram()]))
  let requests = 0
  let bytesIn = 0
  let bytesOut = 0

  return {
    request(status, seconds) {
      requests++
      count(statuses, String(status))
      if (seconds !== undefined) durations.observe(seconds)
    },
    error: (code) => count(errors, code),
    encoded(seconds, input, output) {
      bytesIn += input
      bytesOut += output
      for (const span of SPANS) spans.get(span)?.observe(seconds[span])
    },
    render({ active, waiting }) {
      const { user, system } = process.cpuUsage()
      const lines = [
        ...single('requests_total', 'counter', 'Requests answered.', requests),
        ...labelled('status_codes_total', 'Requests answered, by status.', 'status', statuses),
        ...labelled('errors_total', 'Errors answered, by code.', 'type', errors),
        ...head('request_duration_seconds', 'histogram', 'Time of a request to encode.'),
        ...durations.render('request_duration_seconds'),
        ...head('request_span_duration_seconds', 'histogram', 'Time of the parts of an encode.'),
        ...[...spans].flatMap(([span, histogram]) =>
          histogram.render('request_span_duration_seconds', `span="${span}"`),
        ),
        ...single('input_bytes_total', 'counter', 'Bytes of originals encoded.', bytesIn),
        ...single('output_bytes_total', 'counter', 'Bytes of .strata files made.', bytesOut),
        ...single('workers', 'gauge', 'Encodes that may run at once.', concurrency),
        ...single(
          'workers_utilization',
          'gauge',
          'Workers that are busy, in percent.',
          (100 * active) / concurrency,
        ),
        ...single('images_in_progress', 'gauge', 'Encodes that run now.', active),
        ...single('requests_in_progress', 'gauge', 'Requests admitted.', active + waiting),
        ...single('requests_waiting', 'gauge', 'Requests admitted that do not run yet.', waiting),
        ...single(
          'resident_memory_bytes',
          'gauge',
          'Resident memory.',
          process.memoryUsage.rss(),
          'process_',
        ),
        ...single('cpu_seconds_total', 'counter', 'CPU time used.', (user + system) / 1e6, 'process_'),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}
