/** Upper bounds, in seconds, of the duration histograms. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 20, 60, 120] as const

/** Content type of the Prometheus text format 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Metrics have imgproxy's names where it has the same figure, so that its dashboards need only another prefix. */
const PREFIX = 'strata_'

/** Phases of an encode request: reading the body, waiting for a worker, encoding and verifying. */
type Span = 'body' | 'queue' | 'encode'
const SPANS: readonly Span[] = ['body', 'queue', 'encode']

export interface OriginMetrics {
  /** @param seconds duration of a request to /encode; undefined for others, which are only counted */
  request(status: number, seconds: number | undefined): void
  error(code: string): void
  encoded(seconds: Readonly<Record<Span, number>>, bytesIn: number, bytesOut: number): void
  /** Mean seconds of an encode so far; 5 before the first. */
  meanSeconds(): number
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
    meanSeconds: () => spans.get('encode')?.mean() ?? 5,
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

function createHistogram() {
  const buckets = DURATION_BUCKETS.map(() => 0)
  let sum = 0
  let observations = 0
  return {
    observe(seconds: number): void {
      sum += seconds
      observations++
      DURATION_BUCKETS.forEach((bound, i) => {
        if (seconds <= bound) buckets[i] = (buckets[i] ?? 0) + 1
      })
    },
    mean: () => (observations === 0 ? undefined : sum / observations),
    render(name: string, label = ''): string[] {
      const bucketLabel = label && `${label},`
      const own = label && `{${label}}`
      return [
        ...DURATION_BUCKETS.map(
          (bound, i) => `${PREFIX}${name}_bucket{${bucketLabel}le="${bound}"} ${buckets[i]}`,
        ),
        `${PREFIX}${name}_bucket{${bucketLabel}le="+Inf"} ${observations}`,
        `${PREFIX}${name}_sum${own} ${sum}`,
        `${PREFIX}${name}_count${own} ${observations}`,
      ]
    },
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}

function head(name: string, type: string, help: string, prefix = PREFIX): string[] {
  return [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`]
}

function single(name: string, type: string, help: string, value: number, prefix = PREFIX): string[] {
  return [...head(name, type, help, prefix), `${prefix}${name} ${value}`]
}

/** Label values are status codes and error codes, which need no escaping. */
function labelled(name: string, help: string, label: string, values: Map<string, number>): string[] {
  return [
    ...head(name, 'counter', help),
    ...[...values].map(([key, value]) => `${PREFIX}${name}{${label}="${key}"} ${value}`),
  ]
}
