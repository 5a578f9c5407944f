import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** A page of the documentation, by its path from the repository's root. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** A fenced block, and the language that it names. */
export interface Block {
  readonly page: string
  readonly language: string
  readonly code: string
}

const ROOT = new URL('../../', import.meta.url)
const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm

export function readPage(path: string): Page {
  return { path, text: readFileSync(new URL(path, ROOT), 'utf8') }
}

/** Every page that a user reads. */
export function readPages(): Page[] {
  const docs = readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md'))
  return ['README.md', 'CHANGELOG.md', ...docs.sort().map((name) => posix.join('docs', name))].map(readPage)
}

export function blocksOf({ path, text }: Page): Block[] {
  return [...text.matchAll(FENCE)].map(([, language = '', code = '']) => ({ page: path, language, code }))
}

/** Lines of indented blocks: what a reader types, without the comment behind it. */
export function shellLines({ text }: Page): string[] {
  return text
    .replace(FENCE, '')
    .split('\n')
    .filter((line) => /^ {4}\S/.test(line))
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
}

/** What stands between single backticks outside of blocks. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replace(FENCE, '').replace(/^ {4}.*$/gm, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}

/** The text from one heading to the next of the same or a higher rank. A `#` inside of a fence is no heading. */
export function section(page: Page, heading: string): string {
  const lines = page.text.split('\n')
  let fenced = false
  const ranks = lines.map((line) => {
    if (line.startsWith('```')) fenced = !fenced
    return fenced ? 0 : (/^(#+) /.exec(line)?.[1]?.length ?? 0)
  })
  const start = lines.findIndex((line, i) => ranks[i]! > 0 && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`${page.path}: no heading ${heading}`)
  const end = ranks.findIndex((rank, i) => i > start && rank > 0 && rank <= ranks[start]!)
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n')
}

export function headingsOf({ text }: Page): string[] {
  return [...text.replace(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** Cells of the rows of all tables in a text, without the rows that rule. */
export function tableRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|:\s-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
