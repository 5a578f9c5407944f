import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeFolder, folderUrl } from '../../src/cli/start/encode-folder.ts'
import { FolderServer } from '../../src/cli/start/folder-server.ts'
import { PictureFolder } from '../../src/cli/start/picture-folder.ts'
import { isDecodedBy } from '../../src/format/coding.ts'
import { openModelFolder } from '../../src/runtime/model-files.ts'
import { folder } from '../cli/harness.ts'
import { colourOf, isNear, look, pngOf } from './colours.ts'
import { type OriginProcess, startEdge, startOrigin } from './real.ts'

/** Seconds for which a file that was just looked at is not looked at again. */
const REVALIDATE_S = 1
const NAMES = ['Zürich 1.png', 'trips/東京 & more.png', 'a+b (1).png']

let origin: OriginProcess
beforeAll(async () => {
  origin = await startOrigin()
}, 240_000)
afterAll(() => origin?.stop(), 60_000)

it('the pictures of a folder are shown, encoded, and new as soon as their files are', {
  timeout: 600_000,
}, async () => {
  const dir = await folder()
  await mkdir(join(dir, 'trips'))
  for (const [i, name] of NAMES.entries()) await writeFile(join(dir, name), await pngOf(colourOf(i)))
  await writeFile(join(dir, 'broken.png'), 'no picture')
  const pictures = await PictureFolder.open(dir)
  const server = await FolderServer.open(pictures)
  const edge = await startEdge(origin.url, { SOURCES: `local=folder:${server.url}`, FOLDER_URL: server.url })
  const over = new AbortController()
  const lines: string[] = []
  try {
    const base = edge.url.replace(/\/img\/$/, '')
    const at = (name: string) => folderUrl(base, name)
    const { paths } = (await (await fetch(new URL('/samples', base))).json()) as { paths: string[] }
    expect(paths.toSorted()).toEqual([...NAMES, 'broken.png'].sort())
    for (const [i, name] of NAMES.entries())
      expect(isNear(await look(at(name)), colourOf(i)), name).toBe(true)

    const { modelSet } = (await openModelFolder()).manifest
    const target = { base, timeoutMs: 1, signal: over.signal }
    const print = (line: string) => void lines.push(line)
    const encoding = encodeFolder(pictures, target, { modelSet, print, headStartMs: 0 })
    while (!lines.includes('3 of 4 pictures encoded')) await sleep(50)
    expect(lines.filter((line) => /failed/.test(line))).toEqual([
      expect.stringMatching(/^broken\.png failed: source local: expected one of/),
    ])
    for (const name of NAMES) {
      const info = (await (await fetch(`${at(name)}.json`)).json()) as { state: string; modelSet: string }
      expect(info.state).toBe('ready')
      expect(isDecodedBy(info.modelSet, modelSet), info.modelSet).toBe(true)
    }

    const [first = '', second = ''] = NAMES
    await writeFile(join(dir, first), await pngOf(colourOf(20)))
    await rm(join(dir, second))
    await sleep(1000 * REVALIDATE_S + 100)
    // At the very next request, and never the old one again.
    for (let i = 0; i < 20; i++) {
      expect(isNear(await look(at(first)), colourOf(20))).toBe(true)
      await sleep(50)
    }
    expect((await fetch(at(second))).status).toBe(404)
    while (!lines.includes('2 of 3 pictures encoded')) await sleep(50)
    over.abort()
    await encoding
  } finally {
    over.abort()
    server.close()
    pictures.close()
    await edge.stop()
  }
})
