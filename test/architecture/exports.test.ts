import { describe, expect, it } from 'vitest'
import { listSources, readSource } from './source.ts'
import { unusedExports } from './unused-exports.ts'

/** What wrangler.toml and wrangler.transcoder.toml start. package.json names all other entry points. */
const WORKERS = ['src/worker.ts', 'src/transcoder.ts', 'src/transcoder-free.ts', 'src/transcoder-onnx.ts']

describe('the exports of src/', () => {
  it('are those that another file needs', () => {
    const sources = new Map(['src', 'test'].flatMap(listSources).map((file) => [file, readSource(file)]))
    const entries = readSource('package.json')
    const isEntry = (file: string) =>
      WORKERS.includes(file) || entries.includes(file.replace(/^src\/(.*)ts$/, 'dist/$1js'))
    expect(unusedExports(sources, (file) => file.startsWith('src/') && !isEntry(file))).toEqual([])
  })
})

describe('an export', () => {
  /** Names of b.ts that a file with this text leaves unused. */
  function unusedBeside(text: string): string[] {
    const sources = new Map([
      ['src/a/a.ts', text],
      ['src/b.ts', 'export const one = 1, two = 2\nexport function three() {}\nexport interface Four {}'],
    ])
    return unusedExports(sources, (file) => file === 'src/b.ts').map((name) => name.replace('src/b.ts: ', ''))
  }

  it.each([
    ["import { one, three } from '../b.ts'", ['two', 'Four']],
    ["import { one as two } from '../b.ts'", ['two', 'three', 'Four']],
    ["import { type Four, two } from '../b.ts'", ['one', 'three']],
    ["export { one as first, three } from '../b.ts'", ['two', 'Four']],
    ["const two = (await import('../b.ts')).two", ['one', 'three', 'Four']],
    ["const { one, two: zwei } = await import('../b.ts')", ['three', 'Four']],
    ["import { one, two, three } from './b.ts'", ['one', 'two', 'three', 'Four']],
    ["export * from '../b.ts'", ['one', 'two', 'three', 'Four']],
    ["import '../b.ts'", ['one', 'two', 'three', 'Four']],
  ])('beside %s', (text, unused) => {
    expect(unusedBeside(text)).toEqual(unused)
  })

  it('is used by who takes it from a file that gives all on', () => {
    const sources = new Map([
      ['src/a.ts', "import { one } from './all.ts'"],
      ['src/all.ts', "export * from './b.ts'"],
      ['src/b.ts', 'export const one = 1, two = 2'],
    ])
    expect(unusedExports(sources, () => true)).toEqual(['src/b.ts: two'])
  })

  it('that is only given on is as unused as before', () => {
    const sources = new Map([
      ['src/a.ts', "export { one } from './b.ts'"],
      ['src/b.ts', 'export const one = 1'],
    ])
    expect(unusedExports(sources, () => true)).toEqual(['src/a.ts: one'])
  })
})
