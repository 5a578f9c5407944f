/** Upper bounds, in seconds, of the encode duration histogram. */
const DURATION_BUCKETS = [0.5, 1, 2, 5, 10, 20, 60, 120] as const

/** Content type of the Prometheus text format 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface OriginMetrics {
  request(status: number): void
  error(code: string): void
  encoded(seconds: number, bytesIn: number, bytesOut: number): void
  /** Mean seconds of an encode so far; 5 before the first. */
  meanSeconds(): number
  /** All figures as Prometheus text. */
  render(gauges: { readonly active: number; readonly waiting: number }): string
}

/** Counters of one origin process. */
export function createMetrics(): OriginMetrics {
  const requests = new Map<string, number>()
  const errors = new Map<string, number>()
  const buckets = DURATION_BUCKETS.map(() => 0)
  let encodes = 0
  let seconds = 0
  let bytesIn = 0
  let bytesOut = 0

  return {
    request: (status) => count(requests, String(status)),
    error: (code) => count(errors, code),
    encoded(duration, input, output) {
      encodes++
      seconds += duration
      bytesIn += input
      bytesOut += output
      DURATION_BUCKETS.forEach((bound, i) => {
        if (duration <= bound) buckets[i] = (buckets[i] ?? 0) + 1
      })
    },
    meanSeconds: () => (encodes === 0 ? 5 : seconds / encodes),
    render({ active, waiting }) {
      const usage = process.cpuUsage()
      const name = 'strata_origin_encode_duration_seconds'
      const lines = [
        ...labelled('strata_origin_requests_total', 'Requests answered, by status.', 'status', requests),
        ...labelled('strata_origin_errors_total', 'Errors answered, by code.', 'code', errors),
        ...head(name, 'histogram', 'Time from the whole body to the verified file.'),
        ...DURATION_BUCKETS.map((bound, i) => `${name}_bucket{le="${bound}"} ${buckets[i]}`),
        `${name}_bucket{le="+Inf"} ${encodes}`,
        `${name}_sum ${seconds}`,
        `${name}_count ${encodes}`,
        ...single('strata_origin_input_bytes_total', 'counter', 'Bytes of originals encoded.', bytesIn),
        ...single('strata_origin_output_bytes_total', 'counter', 'Bytes of .strata files made.', bytesOut),
        ...single('strata_origin_encodes_in_progress', 'gauge', 'Encodes that run now.', active),
        ...single(
          'strata_origin_requests_waiting',
          'gauge',
          'Requests admitted that do not run yet.',
          waiting,
        ),
        ...single('process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
        ...single(
          'process_cpu_seconds_total',
          'counter',
          'CPU time used.',
          (usage.user + usage.system) / 1e6,
        ),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function single(name: string, type: string, help: string, value: number): string[] {
  return [...head(name, type, help), `${name} ${value}`]
}

/** Label values are status codes and error codes, which need no escaping. */
function labelled(name: string, help: string, label: string, values: Map<string, number>): string[] {
  return [
    ...head(name, 'counter', help),
    ...[...values].map(([key, value]) => `${name}{${label}="${key}"} ${value}`),
  ]
}
