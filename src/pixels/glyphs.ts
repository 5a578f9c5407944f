/** Size of a glyph in pixels. */
export const GLYPH_WIDTH = 5
export const GLYPH_HEIGHT = 7

/** Seven rows from the top, one base-32 digit each; the highest of its five bits is the leftmost pixel. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhe',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hpljhhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllrh',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh168gv',
  3: 'eh161he',
  4: '26aiv22',
  5: 'vgu11he',
  6: 'egguhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf11e',
  d: '11djhhf',
  '.': '00000cc',
  '-': '000e000',
  '+': '044v440',
  '%': 'op248j3',
  _: '000000v',
}

/** Whether the pixel (x, y) of a line of text is inked. Glyphs stand one pixel apart; unknown characters are blank. */
export function inked(text: string, x: number, y: number): boolean {
  const column = x % (GLYPH_WIDTH + 1)
  const rows = GLYPHS[text[Math.floor(x / (GLYPH_WIDTH + 1))] ?? '']
  if (!rows || column >= GLYPH_WIDTH || y < 0 || y >= GLYPH_HEIGHT) return false
  return ((Number.parseInt(rows[y]!, 32) >> (GLYPH_WIDTH - 1 - column)) & 1) === 1
}
