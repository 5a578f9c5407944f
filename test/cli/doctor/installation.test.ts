import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { formatChecks } from '../../../src/cli/doctor/check.ts'
import { checkNode, checkPackage } from '../../../src/cli/doctor/installation.ts'
import { probePicture } from '../../../src/cli/doctor/probe-picture.ts'
import { folder } from '../harness.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

const EMPTY = { create: { width: 8, height: 8, channels: 3, background: 'red' } } as const

describe('strata doctor', () => {
  it('reports absent packages without failing, in an app that only mounts the plugin', async () => {
    const app = await folder()
    const installed = join(app, 'node_modules/strata-cdn')
    await build({
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'warning' },
      entryPoints: [join(root, 'src/cli/main.ts')],
      outbase: join(root, 'src'),
      outdir: join(installed, 'dist'),
      external: Object.keys(manifest.peerDependencies),
    })
    await cp(join(root, 'package.json'), join(installed, 'package.json'))
    await mkdir(join(installed, 'models'), { recursive: true })
    await symlink(join(root, 'models/weights'), join(installed, 'models/weights'))
    const { code, stdout } = await run([join(installed, 'dist/cli/main.js'), 'doctor'], app)
    const lines = stdout.trim().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^ok {5}node: /),
      expect.stringMatching(/^absent sharp: not installed, needed by the origin .*\(npm install sharp@\^0/),
      expect.stringMatching(/^absent onnxruntime-node: .*\(npm install onnxruntime-node@1\.30\.0 --onnx/),
      expect.stringMatching(/^absent @jsquash\/avif: .*\(npm install @jsquash\/avif@2\.1\.1\)$/),
      expect.stringMatching(/^absent @jsquash\/webp: /),
      expect.stringMatching(/^absent aws4fetch: /),
      expect.stringMatching(/^absent onnxruntime-web: /),
      expect.stringMatching(/^ok {5}models: set [0-9a-f]{16}/),
    ])
    expect(code).toBe(0)
    // Commands that need what is absent say so, and say nothing of where this program lies.
    await writeFile(join(app, 'photo.png'), await sharp(EMPTY).png().toBuffer())
    for (const argv of [['encode', 'photo.png', '-o', 'photo.strata'], ['start']]) {
      const failed = await run([join(installed, 'dist/cli/main.js'), ...argv, '--json'], app)
      expect(JSON.parse(failed.stdout)).toEqual({
        error: {
          code: 'FILE_FAILED',
          message: expect.stringMatching(/^sharp: not installed, .*\(npm install sharp@\^0[\d.]+\)$/),
        },
      })
      expect([failed.code, failed.stdout.includes(app)]).toEqual([1, false])
    }
  })
})

describe('checkPackage', () => {
  it('distinguishes an absent package from a broken one', async () => {
    const app = await folder()
    const from = join(app, 'main.js')
    const broken = {
      name: 'picture-lib',
      neededBy: 'tests',
      describe: () => Promise.reject(new Error('bad binary')),
    }
    expect(await checkPackage(broken, from)).toMatchObject({ state: 'absent', ok: true })
    await mkdir(join(app, 'node_modules/picture-lib'), { recursive: true })
    await writeFile(join(app, 'node_modules/picture-lib/package.json'), '{"version":"1.2.3"}')
    expect(await checkPackage(broken, from)).toEqual({
      ...{ name: 'picture-lib', state: 'failed', ok: false },
      detail: 'bad binary (to do: npm install picture-lib)',
    })
    expect(await checkPackage({ name: 'picture-lib', neededBy: 'tests' }, from)).toMatchObject({
      state: 'ok',
      detail: '1.2.3',
    })
  })
})

describe('checkNode', () => {
  it.each([
    ['20.9.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.8.1', 'failed'],
    ['18.20.0', 'failed'],
  ])('of %s is %s', (version, state) => expect(checkNode(version).state).toBe(state))
})

describe('formatChecks', () => {
  it('has a line for each check, FAILED for failures alone', () => {
    const checks = (['ok', 'absent', 'skipped', 'failed'] as const).map((state) => {
      return { name: state, state, ok: state !== 'failed', detail: 'x' }
    })
    expect(formatChecks(checks)).toBe('ok     ok: x\nabsent absent: x\n-      skipped: x\nFAILED failed: x')
  })
})

describe('probePicture', () => {
  it('is a small PNG that no deployment has stored', async () => {
    const picture = probePicture()
    const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 96, height: 64, channels: 3 })
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(150)
    expect(Buffer.from(probePicture()).equals(picture)).toBe(false)
  })
})

function run(argv: readonly string[], cwd: string): Promise<{ code: number | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { cwd }, (_, stdout) =>
      resolve({ code: child.exitCode, stdout }),
    )
  })
}
