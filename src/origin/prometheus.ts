/* The parts of a page of metrics in the Prometheus text format. Each gives whole lines. */

/** Upper bounds, in seconds, of the duration histograms. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 20, 60, 120] as const

/** Metrics have imgproxy's names where it has the same figure, so that its dashboards need only another prefix. */
const PREFIX = 'strata_'

export function createHistogram() {
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

export function count(map: Map<string, number>, key: string, amount = 1): void {
  map.set(key, (map.get(key) ?? 0) + amount)
}

export function head(name: string, type: string, help: string, prefix = PREFIX): string[] {
  return [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`]
}

export function single(name: string, type: string, help: string, value: number, prefix = PREFIX): string[] {
  return [...head(name, type, help, prefix), `${prefix}${name} ${value}`]
}

/** Label values are status codes, error codes and formats, which need no escaping. */
export function labelled(name: string, help: string, label: string, values: Map<string, number>): string[] {
  return [
    ...head(name, 'counter', help),
    ...[...values].map(([key, value]) => `${PREFIX}${name}{${label}="${key}"} ${value}`),
  ]
}
