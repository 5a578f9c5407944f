import { round } from '../cpu-clock.ts'
import type { Client } from './ask.ts'
import { AS_GOOD, type KindAnswer } from './measure.ts'
import type { KindResult } from './run.ts'

/** Largest accepted ratio of an answer's bytes to the best rival's. */
const MOST = 1.1

/** Sums over the answers to one client. */
interface KindsSum {
  readonly client: Client
  readonly answers: number
  /** Sums over the answers for which a rival exists. */
  readonly bytes: number
  readonly rivalBytes: number
  /** Of those sums. */
  readonly ratio: number | null
  readonly worst: number | null
  /** Answers with more than 1.1 of the rival's bytes. */
  readonly above: readonly string[]
}

interface KindsReport {
  readonly pictures: readonly KindResult[]
  readonly sums: readonly KindsSum[]
  /** Answers without the source's alpha, frames or delays, or with a wrong type. */
  readonly wrong: readonly string[]
}

export function reportKinds(pictures: readonly KindResult[]): KindsReport {
  const all = pictures.flatMap(({ name, answers }) => answers.map((answer) => ({ name, answer })))
  const wrong = all.flatMap(({ name, answer }) =>
    faultsOf(answer).map((fault) => `${name} ${answer.width} (${answer.client}): ${fault}`),
  )
  return { pictures, sums: (['browser', 'old'] as const).map((client) => sumOf(client, all)), wrong }
}

/** Features that an old client cannot show may be lost. */
function faultsOf({ isTyped, alpha, frames, client }: KindAnswer): string[] {
  const isModern = client === 'browser'
  return [
    ...(isTyped ? [] : ['Content-Type is not what was sent']),
    ...(alpha === 'lost' && isModern ? ['alpha is lost'] : []),
    ...(frames && isModern && frames.sent !== frames.source
      ? [`${frames.sent} of ${frames.source} frames`]
      : []),
    ...(frames?.sent === frames?.source && frames?.sameDelays === false
      ? ['frames are shown for other times']
      : []),
  ]
}

function sumOf(
  client: Client,
  all: readonly { readonly name: string; readonly answer: KindAnswer }[],
): KindsSum {
  const own = all.filter(({ answer }) => answer.client === client)
  const met = own.filter(({ answer }) => answer.rival !== null)
  const bytes = met.reduce((sum, { answer }) => sum + answer.bytes, 0)
  const rivalBytes = met.reduce((sum, { answer }) => sum + (answer.rival?.bytes ?? 0), 0)
  const ratios = met.map(({ answer }) => answer.ratio ?? 0)
  return {
    ...{ client, answers: own.length, bytes, rivalBytes },
    ratio: rivalBytes > 0 ? round(bytes / rivalBytes, 3) : null,
    worst: ratios.length > 0 ? Math.max(...ratios) : null,
    above: met
      .filter(({ answer }) => (answer.ratio ?? 0) > MOST)
      .map(({ name, answer }) => `${name} ${answer.width}`),
  }
}

/** Formats a row of a picture, which is also printed as soon as it is measured. */
export function describeKind({ name, coding, answers }: KindResult): string {
  return answers.map((answer) => `| ${cells(name, coding, answer).join(' | ')} |`).join('\n')
}

const HEAD = [
  'picture',
  'coding',
  'width',
  'client',
  'plan',
  'bytes',
  'SS2',
  'best of others',
  'ratio',
  'CPU ms',
] as const

/** Tables in Markdown, as docs/benchmarks.md has them. */
export function formatKinds({ pictures, sums, wrong }: KindsReport): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  const rows = pictures.map(describeKind)
  const summary = sums.map(({ client, answers, bytes, rivalBytes, ratio, worst, above }) => {
    const more = above.length === 0 ? 'none' : above.join(', ')
    return `${client}: ${answers} answers, ${bytes} bytes, others ${rivalBytes}, ratio ${ratio ?? '-'}, worst ${worst ?? '-'}; above ${MOST}: ${more}`
  })
  return [
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rows,
    '',
    `The others have the same SSIMULACRA2; of what is lossless (100), the smallest lossless one, in brackets the smallest of ${AS_GOOD}.`,
    ...summary,
    ...wrong.map((fault) => `WRONG: ${fault}`),
  ].join('\n')
}

function cells(name: string, coding: string, answer: KindAnswer): string[] {
  const { width, client, plan, bytes, score, isLossless, rival, ratio, rivalAsGood, cpuMs } = answer
  const named = rival ? `${rival.rival} ${rival.bytes}` : 'none reaches it'
  const asGood = rivalAsGood ? ` (${rivalAsGood.rival} ${rivalAsGood.bytes})` : ''
  const label = plan.split(';').filter((part) => !part.startsWith('w='))
  const texts = [name, coding, width, client, label.join(';'), bytes, isLossless ? '100' : score.toFixed(1)]
  return [...texts, `${named}${asGood}`, ratio?.toFixed(2) ?? '-', cpuMs ?? '-'].map(String)
}
