import { describe, expect, it } from 'vitest'
import { strata } from '../cli/harness.ts'
import { headingsOf, inlineCode, readPage, readPages, section, shellLines, tableRows } from './markdown.ts'

const CLI = readPage('docs/cli.md')
/** Said once, above the commands. */
const COMMON = ['--help', '--json']

/** Options of each command, as its own help lists them. */
async function readCommands(): Promise<Map<string, string[]>> {
  const { out } = await strata(['--help'])
  const [, usage = ''] = /USAGE strata (.+)/.exec(out) ?? []
  const names = usage.split('|').map((name) => name.trim())
  const entries = names.map(async (name): Promise<[string, string[]]> => {
    const help = await strata([...name.split(' '), '--help'])
    const listed = help.out.slice(help.out.indexOf('\nOPTIONS')).matchAll(/^ *(?:(-\w), )?(--[a-z-]+)/gm)
    const options = [...listed].flatMap(([, short, long = '']) => [...(short ? [short] : []), long])
    return [name, options.filter((option) => !COMMON.includes(option)).sort()]
  })
  return new Map(await Promise.all(entries))
}

const commands = await readCommands()

/** Every `strata …` of a text, as words. */
function callsIn(text: string): string[][] {
  return [...text.matchAll(/(?:^|[\s(|&=])strata +([^|&]*)/g)].map(([, rest = '']) =>
    rest.trim().split(/\s+/),
  )
}

/** The mistakes of one call. */
function mistakesOf(words: readonly string[]): string[] {
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => commands.has(candidate))
  // `strata COMMAND`, `strata bench`, `strata --help`
  const isGroup = [...commands.keys()].some((command) => command.startsWith(`${words[0]} `))
  if (/^[-A-Z]/.test(words[0] ?? '') || (isGroup && /^…?$/.test(words[1] ?? ''))) return []
  if (name === undefined) return [`no command: ${words.join(' ')}`]
  const used = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]!)
  const known = [...COMMON, ...commands.get(name)!]
  return used.filter((option) => !known.includes(option)).map((option) => `strata ${name} ${option}`)
}

describe('the command line in the documentation', () => {
  it('is known from the help texts', () => {
    expect(commands.get('sign')).toEqual(['--expires', '--key', '--query', '--upload'])
    expect(commands.size).toBeGreaterThan(20)
  })

  it.each(readPages())('$path names commands and options that exist', (page) => {
    const texts = [...shellLines(page), ...inlineCode(page)]
    expect(texts.flatMap(callsIn).flatMap(mistakesOf)).toEqual([])
  })
})

describe('docs/cli.md', () => {
  it('has a section for every command and for nothing else', () => {
    const described = headingsOf(CLI).flatMap((heading) => /^strata (.+)$/.exec(heading)?.[1] ?? [])
    expect(described.sort()).toEqual([...commands.keys()].sort())
  })

  it.each([...commands])('strata %s: has every option and no other', (name, options) => {
    const cells = tableRows(section(CLI, `strata ${name}`)).map(([first = '']) => first)
    const described = cells.flatMap((cell) =>
      [...cell.matchAll(/`(--?[a-z-]+)`/g)].map(([, option]) => option),
    )
    expect(described.sort()).toEqual(options)
  })
})
