import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder } from './cli/harness.ts'

const { hashOf, isCurrent, swapFolder, writeStamp } = await import(
  new URL('../.build-swap.mjs', import.meta.url).href
)

async function write(root: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return root
}

describe('swapFolder', () => {
  it('leaves what the fresh folder holds, touches no equal file and removes what is gone', async () => {
    const root = await folder()
    const dist = await write(join(root, 'dist'), {
      'cli/main.js': 'old',
      'client/a.js': 'same',
      'chunks/x.js': '1',
    })
    const fresh = await write(join(root, 'dist-1'), {
      'cli/main.js': 'new',
      'client/a.js': 'same',
      'node/y.js': '2',
    })
    const [before, beforeFolder] = [await stat(join(dist, 'client/a.js')), await stat(dist)]
    await swapFolder(fresh, dist)
    const names = await readdir(dist, { recursive: true })
    expect(names.sort()).toEqual(['cli', 'cli/main.js', 'client', 'client/a.js', 'node', 'node/y.js'])
    expect(await readFile(join(dist, 'cli/main.js'), 'utf8')).toBe('new')
    const after = await stat(join(dist, 'client/a.js'))
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
    // A program that watches the folder goes on watching it.
    expect((await stat(dist)).ino).toBe(beforeFolder.ino)
    expect(await readdir(root)).toEqual(['dist'])
  })

  it('lets no reader find a file missing or cut', async () => {
    const root = await folder()
    const text = (round: number) => `${round}`.repeat(100_000)
    const dist = await write(join(root, 'dist'), { 'client/index.js': text(0) })
    let over = false
    const lengths = new Set<number>()
    const reading = (async () => {
      while (!over) lengths.add((await readFile(join(dist, 'client/index.js'))).length)
    })()
    for (let round = 1; round < 10; round++) {
      await swapFolder(await write(join(root, 'fresh'), { 'client/index.js': text(round) }), dist)
    }
    over = true
    await reading
    expect([...lengths]).toEqual([100_000])
  })
})

describe('isCurrent', () => {
  it('asks for a build when an input has changed, an output is gone, or nothing was built yet', async () => {
    const root = await write(await folder(), {
      'src/a.ts': 'a',
      'src/b/c.ts': 'c',
      'package.json': '{}',
      'dist/a.js': 'a',
    })
    const [inputs, outputs] = [[join(root, 'src'), join(root, 'package.json')], [join(root, 'dist')]]
    const stamp = join(root, 'cache/build.json')
    expect(await isCurrent(stamp, inputs, outputs)).toBe(false)
    await writeStamp(stamp, await hashOf(inputs), outputs)
    expect(await isCurrent(stamp, inputs, outputs)).toBe(true)
    await write(root, { 'src/b/c.ts': 'C' })
    expect(await isCurrent(stamp, inputs, outputs)).toBe(false)
    await write(root, { 'src/b/c.ts': 'c' })
    expect(await isCurrent(stamp, inputs, outputs)).toBe(true)
    await rm(join(root, 'dist/a.js'))
    expect(await isCurrent(stamp, inputs, outputs)).toBe(false)
  })

  it('holds a build for old whose inputs changed while it ran', async () => {
    const root = await write(await folder(), { 'src/a.ts': 'a', 'dist/a.js': 'a' })
    const [inputs, outputs, stamp] = [[join(root, 'src')], [join(root, 'dist')], join(root, 'build.json')]
    const began = await hashOf(inputs)
    await write(root, { 'src/a.ts': 'changed' })
    await writeStamp(stamp, began, outputs)
    expect(await isCurrent(stamp, inputs, outputs)).toBe(false)
  })
})
