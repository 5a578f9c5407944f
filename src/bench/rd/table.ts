import type { Comparison, Comparisons } from './compare.ts'

/** The comparisons with files, each once: the ladder of one level equals that level, the ladder of all equals the whole. */
export function inOrder({ ladder, largest, ladders, levels }: Comparisons): Comparison[] {
  return [ladder, largest, ...ladders.slice(1, -1), ...levels]
}

/** Per cent with a sign; a dash where there is no figure. */
export function formatRate(value: number | null): string {
  if (value === null) return '–'
  return value < 0 ? `−${(-value).toFixed(1)}` : `+${value.toFixed(1)}`
}
