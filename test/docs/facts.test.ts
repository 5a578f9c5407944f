import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/core/errors.ts'
import { createMetrics } from '../../src/origin/metrics.ts'
import { createRenderMetrics } from '../../src/origin/render-metrics.ts'
import { inlineCode, readPage, readPages, section, tableRows } from './markdown.ts'

const ROOT = new URL('../../', import.meta.url)
const OPERATE = readPage('docs/operate.md')
const pages = readPages()

const sources = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(new URL(`src/${path}`, ROOT), 'utf8'))

/** Properties of an interface that is declared somewhere in src/, each with what its `@default` says. */
function propertiesOf(name: string): Map<string, string | undefined> {
  const text = sources.find((source) => new RegExp(`interface ${name}\\b`).test(source))
  if (text === undefined) throw new Error(`src/ declares no interface ${name}`)
  const file = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true)
  const declared = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  return new Map(
    declared!.members.map((member) => {
      const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default')
      return [member.name!.getText(file), ts.getTextOfJSDocComment(tag?.comment)]
    }),
  )
}

/** What the first cells of the tables below a heading name. */
function namesUnder(heading: string): string[] {
  const cells = tableRows(section(OPERATE, heading)).map(([first = '']) => first)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('options of imageCdn()', () => {
  const options = propertiesOf('ImageCdnOptions')

  it('are those of docs/operate.md', () => {
    expect(namesUnder('Options of imageCdn').sort()).toEqual([...options.keys()].sort())
  })

  it('have the defaults of docs/operate.md', () => {
    const value = (text = '') => text.replaceAll(/[`']/g, '').split(/[ :(]/)[0]
    const rows = tableRows(section(OPERATE, 'Options of imageCdn'))
    const described = new Map(rows.map(([name = '', , cell]) => [name.replaceAll('`', ''), value(cell)]))
    const expected = [...options].flatMap(([name, text]) => (text === undefined ? [] : [[name, value(text)]]))
    expect(expected.length).toBeGreaterThan(10)
    expect(expected.map(([name = '']) => [name, described.get(name)])).toEqual(expected)
  })
})

describe('variables', () => {
  const BINDINGS = ['IMAGES', 'TRANSCODER', 'ASSETS', 'LEASE', 'JOBS', 'ANALYTICS']
  const worker = [...propertiesOf('Bindings').keys()].filter((name) => !BINDINGS.includes(name))
  const read = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\b(?:io\.|process\.)?env(?:\.|: ')([A-Z][A-Z0-9_]+)\b/g)].map(
        ([, name = '']) => name,
      ),
    ),
  )
  const origin = [...read].filter((name) => /^ORIGIN_(?!URL)/.test(name))
  const cli = tableRows(section(readPage('docs/cli.md'), 'Command line')).flatMap(([first = '']) =>
    [...first.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => name),
  )

  it('of the ready Worker are those of docs/operate.md', () => {
    expect([...new Set(namesUnder('The ready Worker'))].sort()).toEqual(worker.sort())
    for (const name of BINDINGS) expect(section(OPERATE, 'The ready Worker')).toContain(`\`${name}\``)
  })

  it('of the origin are those of docs/operate.md', () => {
    expect(namesUnder('The origin').sort()).toEqual(origin.sort())
  })

  it('that the code reads are all in the documentation', () => {
    const documented = [...BINDINGS, ...worker, ...origin, ...cli]
    expect([...read].filter((name) => !documented.includes(name))).toEqual([])
  })

  it('that the command line reads are those of docs/cli.md', () => {
    expect(cli.filter((name) => !read.has(name))).toEqual([])
  })
})

describe('error codes', () => {
  it('are those of docs/http.md, with status and meaning', () => {
    const rows = tableRows(section(readPage('docs/http.md'), 'Error codes')).slice(1)
    const expected = Object.entries(ERRORS).map(([code, { status, meaning }]) => [
      `\`${code}\``,
      `${status}`,
      meaning,
    ])
    expect(rows).toEqual(expected)
  })

  it.each(pages)('$path: every name in capitals is a code or stands in the code', (page) => {
    const names = inlineCode(page).filter((code) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code))
    expect(names.filter((name) => !sources.some((source) => source.includes(name)))).toEqual([])
  })
})

describe('metrics of the origin', () => {
  it('are those of docs/operate.md', () => {
    const none = { active: 0, waiting: 0 }
    const text = createMetrics({ concurrency: 1 }).render(none) + createRenderMetrics().render(none)
    const made = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    const described = namesUnder('Metrics').map((name) => name.replace(/\{.*/, ''))
    expect(described.sort()).toEqual(made.sort())
  })
})
