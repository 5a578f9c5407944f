import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unpack } from '../../src/client/decode/unpack.ts'
import { decodePlaceholder as decodeFromSource } from '../../src/client/inline/decode.ts'
import { code } from './inline/golden.ts'

const BUILD = fileURLToPath(new URL('../../.build-client.mjs', import.meta.url))
let folder = ''

const read = (name: string) => readFile(join(folder, name))
/** What the worker gets of a file. */
const unpacked = async (name: string) =>
  name.endsWith('.bin')
    ? await unpack(new Uint8Array(await read(name.replace(/bin$/, 'pack'))))
    : await read(name)

describe('the folder of the browser library', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-bundle-'))
    await promisify(execFile)(process.execPath, [BUILD, folder])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has a page script of at most 9.9 kB, compressed, that imports nothing', async () => {
    const core = await read('index.js')
    // 1.1 kB of it write addresses: `loader`, `srcset` and the like.
    expect(gzipSync(core, { level: 9 }).length).toBeLessThan(9950)
    expect(core.toString()).not.toMatch(/\bimport\s*[("'{*]/)
    expect(core.toString()).toContain('new URL("./worker.js",import.meta.url)')
  })

  it('adds at most 8.8 kB, compressed, to the bundle of a page that writes its addresses elsewhere', async () => {
    const contents = "export { defineStrataImg, enhance, prepareRestore, restore } from './index.js'"
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder },
      ...{ bundle: true, minify: true, format: 'esm', write: false },
    })
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(8800)
  })

  it('has a worker without an encoder', async () => {
    const worker = await read('worker.js')
    expect(gzipSync(worker, { level: 9 }).length).toBeLessThanOrEqual(50_000)
  })

  it('has a decoder of placeholders of at most 24 kB, compressed, weights included, that imports nothing', async () => {
    const script = await read('inline/index.js')
    expect((await read('placeholder.js')).equals(script)).toBe(true)
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(24 * 1024)
    expect(script.toString()).not.toMatch(/\bimport\s*[("'{*]/)
    const { decodePlaceholder } = (await import(
      join(folder, 'inline/index.js')
    )) as typeof import('../../src/client/inline/index.ts')
    expect(decodePlaceholder(code.subarray(0, 24))).toEqual(decodeFromSource(code.subarray(0, 24)))
  })

  it('has service workers without an encoder and without import.meta', async () => {
    for (const name of ['sw.js', 'service-worker.js']) {
      const script = await read(name)
      expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(40_000)
      expect(script.toString()).not.toContain('import.meta')
    }
    // A classic script: not every browser takes a module.
    expect((await read('service-worker.js')).toString()).not.toMatch(/\bexport\s*\{/)
    expect(Object.keys(await import(join(folder, 'sw.js')))).toEqual(['strata'])
  })

  it('has all files of its manifest, with their hashes', async () => {
    const { files } = JSON.parse((await read('manifest.json')).toString()) as {
      files: Record<string, { sha256: string; bytes: number }>
    }
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['kernels.wasm', 'decoder.json', 'decoder.bin']),
    )
    for (const [name, { sha256, bytes }] of Object.entries(files)) {
      const content = await unpacked(name)
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
        name,
        bytes,
        sha256,
      ])
    }
    expect((await readdir(folder)).filter((name) => /\.(onnx|bin)$/.test(name))).toEqual([])
  })

  it('is imported outside of a browser without harm', async () => {
    const library = (await import(join(folder, 'index.js'))) as typeof import('../../src/client/index.ts')
    expect(library.loader({ src: '/i', width: 320 })).toBe('/i?w=320')
  })
})
