import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainPng } from '../origin/fixtures.ts'
import { folder } from './harness.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const hasModels = existsSync(join(root, 'models/weights/manifest.json'))
let program = ''

/** Bundles the CLI as the build does, into a folder of its own, so that no test depends on a build before it. */
beforeAll(async () => {
  await mkdir(join(root, '.strata'), { recursive: true })
  const outdir = await mkdtemp(join(root, '.strata', 'test-'))
  program = join(outdir, 'cli', 'main.js')
  const entry = join(root, 'src/cli/main.ts')
  const format = {
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  } as const
  await build({ ...format, entryPoints: [entry], outbase: join(root, 'src'), outdir, logLevel: 'warning' })
})

afterAll(() => rm(dirname(dirname(program)), { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function strata(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...argv],
      { env: { ...process.env, ...env } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr })
      },
    )
  })
}

/** Starts `strata serve` on a free port and waits until it says where it listens. */
async function serve(): Promise<{ child: ChildProcess; url: string }> {
  const argv = [program, 'serve', '--port', '0', '--json']
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, url: (JSON.parse(line.toString()) as { ready: string }).ready }
}

describe('the program', () => {
  it('ends with exit codes 0, 1, 2 and 3', async () => {
    const dir = await folder({ 'not.strata': 'x' })
    expect((await strata(['--version'])).code).toBe(0)
    expect((await strata(['info', join(dir, 'not.strata')])).code).toBe(1)
    expect((await strata(['info'])).code).toBe(2)
  })

  it('keeps stdout for results: errors and progress go to stderr, which is silent otherwise', async () => {
    const failed = await strata(['info', '/nowhere', '--json'])
    expect(JSON.parse(failed.stdout)).toEqual({ error: expect.objectContaining({ code: 'FILE_FAILED' }) })
    const { stdout, stderr } = await strata(['serve', '--print-config', '--json'])
    expect([JSON.parse(stdout).port, stderr]).toEqual([8788, ''])
  })

  it('accepts that a reader closes the pipe early', async () => {
    const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (text) => {
      stderr += text
    })
    const [code] = await once(child, 'exit')
    expect([code, stderr]).toEqual([0, ''])
  })

  it('serves, reports a busy port, and ends with 0 on SIGTERM', async () => {
    const { child, url } = await serve()
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' })
    const { port } = new URL(url)
    const second = await strata(['serve'], { ORIGIN_PORT: port })
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`port ${port} on 127.0.0.1 is already in use`),
    ])
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('checks the installation', async () => {
    const { code, stdout } = await strata(['doctor', '--json'])
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] }
    expect(checks.map(({ name }) => name)).toEqual([
      'node',
      'sharp',
      'onnxruntime-node',
      '@jsquash/avif',
      '@jsquash/webp',
      'aws4fetch',
      'onnxruntime-web',
      'models',
    ])
    expect(checks.slice(0, 7).every((check) => check.ok)).toBe(true)
    expect([ok, code]).toEqual(hasModels ? [true, 0] : [false, 1])
  })
})

describe.skipIf(!hasModels)('the program with the real codec', { timeout: 120_000 }, () => {
  it('encodes, describes, cuts and decodes equally in both runtimes', async () => {
    const noisy = await sharp({
      create: {
        width: 150,
        height: 100,
        channels: 3,
        background: '#907050',
        noise: { type: 'gaussian', mean: 120, sigma: 20 },
      },
    })
      .blur(2)
      .png()
      .toBuffer()
    const dir = await folder({ 'a.png': noisy, 'bad.png': 'x' })
    const path = (name: string) => join(dir, name)
    const encoded = await strata([
      'encode',
      ...['--coding', 'compass'],
      path('a.png'),
      path('bad.png'),
      '-o',
      dir,
      '--widths',
      '64,150',
      '--json',
    ])
    expect(encoded.code).toBe(3)
    expect(JSON.parse(encoded.stdout).files[0].layers).toMatchObject([
      { width: 64, height: 43 },
      { width: 150, height: 100 },
    ])
    const info = JSON.parse((await strata(['info', path('a.strata'), '--symbols', '--json'])).stdout)
    expect(info).toMatchObject({ state: 'ready', modelSet: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(info.symbols).toHaveLength(2)
    for (const runtime of ['node', 'wasm']) {
      expect(
        (await strata(['decode', path('a.strata'), '-o', path(`${runtime}.png`), '--runtime', runtime])).code,
      ).toBe(0)
    }
    const [native, wasm, original] = await Promise.all(
      ['node.png', 'wasm.png', 'a.png'].map((name) => sharp(path(name)).raw().toBuffer()),
    )
    expect(Math.max(...native!.map((value, i) => Math.abs(value - wasm![i]!)))).toBeLessThanOrEqual(1)
    expect(
      native!.reduce((sum, value, i) => sum + Math.abs(value - original![i]!), 0) / native!.length,
    ).toBeLessThan(10)
    await strata(['truncate', path('a.strata'), '--layer', '0', '-o', path('cut.strata')])
    const cut = await strata(['decode', path('cut.strata'), '-o', path('cut.png'), '--json'])
    expect(JSON.parse(cut.stdout)).toMatchObject({ layer: 0, width: 64, height: 43 })
    const damaged = await readFile(path('a.strata'))
    damaged[damaged.length - 3]! ^= 1
    await writeFile(path('damaged.strata'), damaged)
    const refused = await strata(['decode', path('damaged.strata'), '-o', path('x.png'), '--json'])
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([1, 'FORMAT_CHECKSUM'])
  })

  it('measures memory in separate processes, with the garbage collector exposed', async () => {
    const { code, stdout, stderr } = await strata(['bench', 'memory', '--sizes', '40x30,40x300', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const { pictures, growth } = JSON.parse(stdout)
    expect(pictures).toHaveLength(2)
    for (const { peak, live, wasm, input, output } of pictures) {
      expect(peak).toBeGreaterThanOrEqual(live)
      expect(live).toBeGreaterThan(wasm)
      expect(Math.min(wasm, input, output)).toBeGreaterThan(0)
    }
    expect(growth).toMatchObject([{ width: 40, heights: [30, 300] }])
  })

  it('serves verified files', async () => {
    const { child, url } = await serve()
    try {
      const response = await fetch(`${url}/encode?quality=40&coding=compass`, {
        method: 'POST',
        body: await plainPng(80, 60),
      })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'application/octet-stream',
      ])
      const dir = await folder({ 'a.strata': new Uint8Array(await response.arrayBuffer()) })
      expect((await strata(['info', join(dir, 'a.strata')])).stdout).toContain('layer 0  80x60  quality 40')
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })
})
