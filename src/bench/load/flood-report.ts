import { quantile, round } from '../cpu-clock.ts'
import type { Flood, FloodMemory, FloodPart } from './flood.ts'
import type { FloodAnswer } from './flood-client.ts'

interface PartReport {
  readonly requests: number
  /** Number of answers by status and error code. */
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** In MB. */
  readonly memory: readonly FloodMemory[]
}

interface FloodReport {
  readonly load: readonly [number, number]
  readonly variants: PartReport
  readonly uploads: PartReport
  readonly images: Readonly<Record<string, number>>
  readonly leftOver: number
  /** What should not have been. */
  readonly faults: readonly string[]
}

/** Statuses that invite a retry, and must have `Retry-After`. */
const LATER = [429, 503]

export function reportFlood({ load, uploads, images, leftOver, variants }: Flood): FloodReport {
  const faults = [
    ...faultsOf('variant', variants, (status) => status === 200 || LATER.includes(status)),
    ...faultsOf('upload', uploads, (status) => status === 202 || status === 413 || LATER.includes(status)),
    ...Object.entries(images).flatMap(([state, count]) =>
      state === 'ready' ? [] : [`${count} images: ${state}`],
    ),
    ...(leftOver === 0 ? [] : [`${leftOver} originals more than images in the bucket`]),
  ]
  return {
    load: [round(load[0], 1), round(load[1], 1)],
    variants: partOf(variants),
    uploads: partOf(uploads),
    images,
    leftOver,
    faults,
  }
}

function faultsOf(name: string, { answers }: FloodPart, isExpected: (status: number) => boolean): string[] {
  const counts = countOf(
    answers.flatMap((answer) => {
      if (!isExpected(answer.status)) return [`${name}: ${said(answer)}`]
      const isSilent = LATER.includes(answer.status) && answer.retryAfter === undefined
      return isSilent ? [`${name}: ${said(answer)} without Retry-After`] : []
    }),
  )
  return Object.entries(counts).map(([text, count]) => `${count} x ${text}`)
}

function partOf({ answers, memory }: FloodPart): PartReport {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number) => (times.length > 0 ? round(quantile(times, share), 0) : 0)
  const megabytes = (bytes: number) => round(bytes / 1e6, 0)
  return {
    requests: answers.length,
    answers: countOf(answers.map(said)),
    p50: at(0.5),
    p99: at(0.99),
    longest: round(times.at(-1) ?? 0, 0),
    memory: memory.map(({ process, before, most, after }) => ({
      process,
      before: megabytes(before),
      most: megabytes(most),
      after: megabytes(after),
    })),
  }
}

function said({ status, code }: FloodAnswer): string {
  return status === 0 ? `no answer (${code})` : [status, code].filter(Boolean).join(' ')
}

function countOf(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1
  return counts
}

export function formatFlood({ load, variants, uploads, images, leftOver, faults }: FloodReport): string {
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([text, count]) => `${String(count).padStart(8)} ${text}`)
  const part = (name: string, { requests, answers, p50, p99, longest, memory }: PartReport) =>
    requests === 0
      ? []
      : [
          `${requests} ${name} at once: p50 ${p50} ms, p99 ${p99} ms, the last after ${longest} ms`,
          ...counted(answers),
          ...memory.map(
            ({ process, before, most, after }) =>
              `  ${process.padEnd(18)} ${before} MB before, ${most} at most, ${after} after`,
          ),
        ]
  return [
    `load of the machine ${load.join(' to ')}`,
    ...part('variants', variants),
    ...part('uploads', uploads),
    'what became of the images of accepted uploads',
    ...counted(images),
    `${leftOver} originals left over`,
    ...faults,
  ].join('\n')
}
