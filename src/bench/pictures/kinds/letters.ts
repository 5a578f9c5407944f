import { GLYPH_HEIGHT, GLYPH_WIDTH, inked } from '../../../pixels/glyphs.ts'

/** Height of a line of text in glyph pixels: one row above the capitals, seven for them, two below the baseline. */
export const TEXT_HEIGHT = 10
const ABOVE = 1

/**
 * Letters and signs that glyphs.ts lacks, in the same form: nine rows from the top of the capitals, two of them below
 * the baseline.
 */
const LETTERS: Readonly<Record<string, string>> = {
  a: '00e1fhf00',
  b: 'gguhhhu00',
  c: '00ehghe00',
  d: '11fhhhf00',
  e: '00ehvge00',
  f: '698s88800',
  g: '00fhhhf1e',
  h: 'ggmphhh00',
  i: '40c444e00',
  j: '2062222ic',
  k: 'gghisih00',
  l: 'c44444e00',
  m: '00qlllh00',
  n: '00uhhhh00',
  o: '00ehhhe00',
  p: '00uhhhugg',
  q: '00fhhhf11',
  r: '00mpggg00',
  s: '00fge1u00',
  t: '88s889600',
  u: '00hhhhf00',
  v: '00hhha400',
  w: '00hhlla00',
  x: '00ha4ah00',
  y: '00hhhhf1e',
  z: '00v248v00',
  '(': '248884200',
  ')': '842224800',
  '{': '644844600',
  '}': 'c44244c00',
  '[': 'e88888e00',
  ']': 'e22222e00',
  ';': '00cc0cc48',
  ':': '00cc0cc00',
  ',': '00000cc48',
  "'": '444000000',
  '"': 'aaa000000',
  '=': '000v0v000',
  '<': '248g84200',
  '>': '842124800',
  '/': '01248g000',
  '*': '04ele4000',
  '!': '444440400',
  '?': 'eh1240400',
  '&': 'cik8lid00',
  '|': '444444444',
  $: '4fke5u400',
  '#': 'aavavaa00',
}

/** Advance of every character: the font is monospaced. */
export function letterWidth(): number {
  return GLYPH_WIDTH + 1
}

function isInked(letter: string, column: number, row: number): boolean {
  const rows = LETTERS[letter]
  if (column < 0 || row < 0 || column >= GLYPH_WIDTH) return false
  if (rows === undefined) return row < GLYPH_HEIGHT && inked(letter, column, row)
  return row < rows.length && ((Number.parseInt(rows[row]!, 32) >> (GLYPH_WIDTH - 1 - column)) & 1) === 1
}

/**
 * Coverage of a pixel by a letter: its dots, joined smoothly, with an edge of one pixel.
 * @param x, y in dots from the upper left corner of the line
 * @param unit pixels of a dot
 */
export function letterAt(letter: string, x: number, y: number, unit: number): number {
  const [column, row] = [x - 0.5, y - 0.5 - ABOVE]
  const [left, top] = [Math.floor(column), Math.floor(row)]
  const [u, v] = [column - left, row - top]
  const dot = (dx: number, dy: number) => (isInked(letter, left + dx, top + dy) ? 1 : 0)
  const field = (1 - v) * ((1 - u) * dot(0, 0) + u * dot(1, 0)) + v * ((1 - u) * dot(0, 1) + u * dot(1, 1))
  return Math.min(Math.max((field - 0.45) * Math.max(unit, 1) + 0.5, 0), 1)
}
