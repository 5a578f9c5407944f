import { describe, expect, it } from 'vitest'
import * as limits from '../../src/core/limits/table.ts'
import { readPage, section } from './markdown.ts'

const MEGAPIXELS = /PIXELS$/
const BYTES = /BYTES$/
const MILLISECONDS = /_MS$/

/** How the documentation writes a limit: megapixels, MiB, seconds, else the number. */
function written(name: string, value: number): string {
  if (MEGAPIXELS.test(name)) return String(value / 1e6)
  if (BYTES.test(name)) return `${value / 2 ** 20} MiB`
  return MILLISECONDS.test(name) ? String(value / 1000) : String(value)
}

describe('the table of limits', () => {
  const text = section(readPage('docs/operate.md'), 'Limits')
  const named = Object.entries(limits).flatMap(([name, value]) =>
    (typeof value === 'number' ? [value] : Object.values(value)).map((number): [string, number] => [
      name,
      number,
    ]),
  )

  it.each(named)('is what docs/operate.md says: %s %d', (name, value) => {
    expect(text).toMatch(new RegExp(`(?<![\\d.])${written(name, value).replace('.', '\\.')}(?![\\d])`))
  })
})
