import type { DecodedPicture } from '../../../node/ingest/ingest.ts'
import { hash } from '../../../pixels/noise.ts'
import { Canvas, type Colour } from './canvas.ts'

interface Theme {
  readonly page: Colour
  readonly side: Colour
  readonly bar: Colour
  readonly number: Colour
  readonly current: Colour
  /** Colours of plain text, keywords, names, strings, numbers, comments. */
  readonly words: readonly Colour[]
}

export const LIGHT: Theme = {
  page: [255, 255, 255],
  side: [243, 243, 243],
  bar: [0, 122, 204],
  number: [35, 120, 147],
  current: [245, 245, 245],
  words: [
    [36, 41, 47],
    [0, 0, 255],
    [121, 94, 38],
    [163, 21, 21],
    [9, 134, 88],
    [0, 128, 0],
  ],
}

export const DARK: Theme = {
  page: [30, 30, 30],
  side: [37, 37, 38],
  bar: [104, 33, 122],
  number: [133, 133, 133],
  current: [42, 45, 46],
  words: [
    [212, 212, 212],
    [86, 156, 214],
    [220, 220, 170],
    [206, 145, 120],
    [181, 206, 168],
    [106, 153, 85],
  ],
}

const WORDS: readonly (readonly string[])[] = [
  [
    '{',
    '}',
    '(row, i)',
    '= [];',
    'layer.width',
    '=>',
    '+',
    'value',
    'bytes[i]',
    ');',
    '? left : right',
    '&& {',
  ],
  ['const', 'return', 'for', 'if', 'export function', 'await', 'import', 'new', 'else'],
  ['readHeader', 'paint', 'sum', 'Canvas', 'writeField', 'map', 'checkSize'],
  ["'utf8'", "'layer'", '"image/webp"', "'../core/bytes.ts'", "''"],
  ['0', '255', '1024', '0.5', '16', '65535', '8'],
  ['// the rows that are ready', '// at most one pixel', '/* from the top */'],
]

/** Height of a line of text, and of the text on it. */
const LINE = 19
const TEXT = 13

/** A code editor with a file list at the side, a status bar at the bottom and text of 13 pixels. */
export function editor(width: number, height: number, theme: Theme): DecodedPicture {
  const canvas = new Canvas(width, height, theme.page)
  const side = Math.round(width * 0.2)
  canvas.rectangle(0, 0, side, height, theme.side)
  const rows = Math.floor((height - 22) / LINE)
  for (let row = 0; row < rows; row++) {
    const y = 6 + LINE * row
    if (row === 12) canvas.rectangle(side, y - 3, width - side, LINE, theme.current)
    if (row < rows - 6) {
      const indent = hash(row, 3, 1) < 0.3 ? 14 : 30
      canvas.text(`${pick(WORDS[2]!, row, 5)}.ts`, indent, y, TEXT, theme.words[0]!)
    }
    canvas.text(`${row + 101}`, side + 12, y, TEXT, theme.number)
    writeCode(canvas, { left: side + 52, right: width - 40, y, row, theme })
  }
  canvas.rectangle(0, height - 22, width, 22, theme.bar)
  canvas.text('main*   Ln 113, Col 24   UTF-8   TypeScript', 12, height - 18, 12, [255, 255, 255])
  return canvas.picture()
}

interface CodeLine {
  readonly left: number
  readonly right: number
  readonly y: number
  readonly row: number
  readonly theme: Theme
}

function writeCode(canvas: Canvas, { left, right, y, row, theme }: CodeLine): void {
  if (hash(row, 0, 7) < 0.1) return
  const end = left + (right - left) * (0.25 + 0.7 * hash(row, 1, 7))
  let x = left + 16 * Math.floor(4 * hash(row >> 1, 2, 7))
  for (let word = 0; x < end; word++) {
    const kind = Math.floor(6 * hash(row, word, 11) * hash(row, word, 12) + (word === 0 ? 1 : 0)) % 6
    x = canvas.text(`${pick(WORDS[kind]!, row, word)} `, x, y, TEXT, theme.words[kind]!)
  }
}

const PROSE: readonly string[] =
  'the picture is stored once and every size of it is sent from that file A reader asks for the width that it shows and gets no more'.split(
    ' ',
  )

/** A full-page screenshot: bands of headings, paragraphs, cards and tables. */
export function tallPage(width: number, height: number): DecodedPicture {
  const canvas = new Canvas(width, height, [255, 255, 255])
  const ink: Colour = [31, 35, 40]
  canvas.rectangle(0, 0, width, 64, [36, 41, 47])
  canvas.text('Handbook   Guides   Reference   Prices', 32, 22, 16, [255, 255, 255])
  for (let y = 110, band = 0; y < height - 200; band++) {
    canvas.text(`${band + 1}. ${pick(PROSE, band, 1)} ${pick(PROSE, band, 2)}`, 120, y, 26, ink)
    y += 48
    const lines = 4 + Math.floor(6 * hash(band, 0, 21))
    for (let line = 0; line < lines; line++, y += 22) {
      let x = 120
      const end = width - 160 - (line === lines - 1 ? 300 : 60 * hash(band, line, 22))
      for (let word = 0; x < end; word++) {
        x = canvas.text(`${pick(PROSE, band * 31 + line, word)} `, x, y, 14, ink)
      }
    }
    y += 24
    for (let card = 0; card < 3; card++) {
      const left = 120 + card * 330
      const tone = hash(band, card, 23)
      canvas.rectangle(left, y, 300, 120, [208, 215, 222])
      canvas.rectangle(left + 1, y + 1, 298, 118, [246, 248, 250])
      canvas.rectangle(left + 1, y + 1, 6, 118, [60 + 150 * tone, 90, 220 - 150 * tone])
      canvas.text(pick(PROSE, band, 40 + card), left + 24, y + 20, 18, [9, 105, 218])
      canvas.text(`${Math.floor(9000 * tone)} views`, left + 24, y + 60, 13, [101, 109, 118])
    }
    y += 170
  }
  return canvas.picture()
}

function pick(words: readonly string[], a: number, b: number): string {
  return words[Math.floor(words.length * hash(a, b, 31))]!
}
