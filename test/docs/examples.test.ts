import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePng } from '../codec/irn/harness.ts'
import { photo } from '../pictures.ts'
import { readPage, section, shellLines } from './markdown.ts'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** What needs nothing but files. They build on one another, so they run in the order of the page. */
const COMMANDS = [
  ...['encode', 'decode', 'info', 'truncate', 'compare'],
  ...['thumbnail', 'rescale', 'restore', 'placeholder', 'sign'],
]

const CLI = readPage('docs/cli.md')
const examples = COMMANDS.flatMap((name) =>
  shellLines({ path: CLI.path, text: section(CLI, `strata ${name}`) }),
)
let folder = ''

describe('the examples of docs/cli.md', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-examples-'))
    await mkdir(join(folder, 'DIR/below'), { recursive: true })
    // Wide enough for a thumbnail of 640 that hides twice its width.
    await writeFile(join(folder, 'photo.png'), await encodePng(photo(1280, 64)))
    const small = await encodePng(photo(64, 48))
    for (const name of ['a.jpg', 'b.jpg', 'DIR/c.png', 'DIR/below/d.png'])
      await writeFile(join(folder, name), small)
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('are there for every command that needs files only', () => {
    for (const name of COMMANDS)
      expect(examples.some((line) => line.startsWith(`strata ${name} `))).toBe(true)
  })

  it.each(examples)(
    '%s',
    async (line) => {
      const [program, ...argv] = line.split(/\s+/)
      expect(program).toBe('strata')
      const { stdout } = await run(process.execPath, [PROGRAM, ...argv, '--json'], { cwd: folder })
      expect(JSON.parse(stdout)).not.toHaveProperty('error')
    },
    120_000,
  )
})
