import { ENCODERS } from '../../pixels/encoder-quality.ts'
import type { EncodersResult } from './measure.ts'

/** The measurements for people, and below them the rows of the table in src/pixels/encoder-quality.ts. */
export function formatEncoders({ scale, rows }: EncodersResult): string {
  const names = ENCODERS.filter((name) => rows.some(({ encoder }) => encoder === name))
  const head = ['q', 'SS2', ...names.map((name) => `${name}, bytes`)]
  const lines = scale.map(({ setting: quality, score }) => {
    const cells = names.map((name) => {
      const row = rows.find((found) => found.encoder === name && found.quality === quality)
      return row ? `${row.setting}, ${row.ofJpeg.toFixed(2)}` : '-'
    })
    return [String(quality), score.toFixed(1), ...cells]
  })
  const table = [head, ...lines].map((cells) => cells.map((cell) => cell.padStart(18)).join(''))
  const code = names.map((name) => {
    const settings = rows.filter(({ encoder }) => encoder === name).map(({ setting }) => setting)
    return `  ${/^\w+$/.test(name) ? name : `'${name}'`}: [${settings.join(', ')}],`
  })
  return [...table, '', ...code].join('\n')
}
