import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Child, startChild } from '../../src/cli/start/children.ts'
import { encodePng } from '../codec/irn/harness.ts'
import { blocksOf, type Page, readPage, readPages, section } from '../docs/markdown.ts'
import { freePort } from '../free-port.ts'
import { photo } from '../pictures.ts'
import { readBySharp } from '../pixels/jpeg/read.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** What an app installs beside the package; the rest comes along in the tarball or not at all. */
const PEERS = [
  ...['hono', 'wrangler', 'sharp', 'onnxruntime-node', '@jsquash/avif', '@jsquash/webp'],
  ...['typescript', '@cloudflare/workers-types', '@types/node', 'undici-types'],
]

/** As strict as a project can be: our own declarations are checked too, and undefined is not the same as absent. */
const COMPILER = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
}
/** Apps for Workers: the README's and the guide's, and what other pages say of the plugin. */
const APPS = {
  compilerOptions: {
    ...{ ...COMPILER, module: 'esnext', moduleResolution: 'bundler' },
    ...{ lib: ['es2022'], types: ['@cloudflare/workers-types'] },
  },
  include: ['app.ts', 'readme.ts', 'plugin'],
}
/** Blocks for a page or for Node, which has no types of Workers. */
const OTHERS = {
  compilerOptions: { ...COMPILER, module: 'nodenext', lib: ['es2022', 'dom'], types: ['node'] },
  include: ['blocks', 'node.ts'],
}
/** What no page shows: the plugin without Workers, options that are undefined, the event of the browser library. */
const NODE = `
import { Hono } from 'hono'
import { imageCdn } from 'strata-cdn'
import { enhance } from 'strata-cdn/client'
import { s3Store } from 'strata-cdn/s3'

const server = { endpoint: 'http://127.0.0.1:9000', bucket: 'pictures', region: 'any', prefix: undefined }
const bucket = () => s3Store({ ...server, accessKeyId: 'id', secretAccessKey: 'secret' })
const origin = () => ({ url: 'http://127.0.0.1:8788', token: undefined, fetch: undefined })
new Hono().route('/cdn', imageCdn({ bucket, origin, queue: undefined, persist: undefined, maxAge: undefined }))
enhance(document, { workers: undefined })
document.addEventListener('strata', ({ detail }) => {
  if (detail.type === 'painted') console.log(detail.width)
})
`

let folder = ''
const children: Child[] = []
let base = ''
const log: string[] = []

const GUIDE = readPage('docs/guide.md')

/** The first block of a language below a heading. */
function block(page: Page, heading: string, language: string): string {
  const found = blocksOf({ path: page.path, text: section(page, heading) }).find(
    (each) => each.language === language,
  )
  if (found === undefined) throw new Error(`${page.path}: no ${language} block under ${heading}`)
  return found.code
}

/** The guide's app, with the route that keeps addresses where the guide says to put it. */
function guideApp(): string {
  const route = block(GUIDE, 'How to keep /photos/x.jpg addresses', 'ts')
  return block(GUIDE, '2. Your own app', 'ts').replace('export default', `${route}\nexport default`)
}

/** TypeScript of all pages but the guide and the README. */
function otherBlocks(): string[] {
  const pages = readPages().filter(({ path }) => path !== 'README.md' && path !== GUIDE.path)
  return pages.flatMap(blocksOf).flatMap(({ language, code }) => (language === 'ts' ? [code] : []))
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(250)) {
    if (await done().catch(() => false)) return
  }
  throw new Error(`${what} did not come: ${log.slice(-20).join('\n')}`)
}

/** Packs this checkout as it is built and unpacks it where npm would put it. */
async function install(): Promise<void> {
  const argv = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', argv, { cwd: ROOT, maxBuffer: 16e6 })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['xzf', join(folder, filename), '-C', folder])
  await mkdir(join(folder, 'node_modules'))
  await cp(join(folder, 'package'), join(folder, 'node_modules/strata-cdn'), { recursive: true })
  for (const peer of PEERS) {
    const target = join(folder, 'node_modules', peer)
    await mkdir(dirname(target), { recursive: true })
    await symlink(join(ROOT, 'node_modules', peer), target)
  }
}

describe('the packed tarball, mounted as the guide says', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-fixture-'))
    await install()
    await mkdir(join(folder, 'blocks'))
    await mkdir(join(folder, 'plugin'))
    const others = otherBlocks().map((code, i): [string, string] => {
      return [`${code.includes('imageCdn<') ? 'plugin' : 'blocks'}/${i}.ts`, code]
    })
    const files: [string, string][] = [
      ['app.ts', guideApp()],
      ['wrangler.toml', block(GUIDE, '2. Your own app', 'toml')],
      ['readme.ts', block(readPage('README.md'), 'Mount it in your own Hono app', 'ts')],
      ...others,
      ['node.ts', NODE],
      ['tsconfig.json', JSON.stringify(APPS)],
      ['tsconfig.others.json', JSON.stringify(OTHERS)],
      ['package.json', '{"name":"fixture","type":"module","private":true}'],
    ]
    for (const [name, text] of files) await writeFile(join(folder, name), text)
  }, 120_000)

  afterAll(async () => {
    await Promise.all(children.map((child) => child.stop()))
    await rm(folder, { recursive: true, force: true })
  })

  it('holds what runs and nothing else', () => {
    const has = (path: string) => existsSync(join(folder, 'node_modules/strata-cdn', path))
    for (const path of [
      'build/kernels.wasm',
      'models/weights/manifest.json',
      'dist/client/index.js',
      'docs/guide.md',
      'LICENSE',
    ]) {
      expect([path, has(path)]).toEqual([path, true])
    }
    for (const path of ['test', 'models/strata_models', '.ci'])
      expect([path, has(path)]).toEqual([path, false])
  })

  it.each(['tsconfig.json', 'tsconfig.others.json'])(
    'type-checks: %s',
    async (config) => {
      const tsc = join(folder, 'node_modules/typescript/bin/tsc')
      const { stdout } = await run(process.execPath, [tsc, '-p', join(folder, config)]).catch(
        (error) => error,
      )
      expect(stdout).toBe('')
    },
    120_000,
  )

  it('encodes and decodes in a program of its own', async () => {
    const code = block(readPage('docs/operate.md'), 'The codec in your own program', 'ts')
    await writeFile(join(folder, 'codec.mjs'), code)
    await writeFile(join(folder, 'photo.png'), await encodePng(photo(640, 96)))
    const { stdout } = await run(process.execPath, ['codec.mjs'], { cwd: folder })
    // The smallest layer that is at least 300 wide: 320x48, 3 bytes a pixel.
    expect(stdout).toContain('320 48 46080')
    expect(existsSync(join(folder, 'small.strata'))).toBe(true)
  }, 120_000)

  it('stores a picture and serves it', async () => {
    const [port, originPort, inspector] = (await Promise.all([freePort(), freePort(), freePort()])).map(
      String,
    ) as [string, string, string]
    base = `http://127.0.0.1:${port}/cdn`
    const env = {
      ...process.env,
      CI: '1',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    }
    const options = { cwd: folder, env, print: (line: string) => log.push(line) }
    const strata = join(folder, 'node_modules/strata-cdn/dist/cli/main.js')
    children.push(startChild('origin', [strata, 'serve', '--port', originPort], options))
    const wrangler = join(folder, 'node_modules/wrangler/bin/wrangler.js')
    const configs = ['-c', 'wrangler.toml', '-c', 'node_modules/strata-cdn/wrangler.transcoder.toml']
    const vars = ['--var', `ORIGIN_URL:http://127.0.0.1:${originPort}`, 'STRATA_ENV:development']
    const place = ['--ip', '127.0.0.1', '--port', port, '--inspector-port', inspector]
    children.push(startChild('edge', [wrangler, 'dev', ...configs, ...place, ...vars], options))
    await until('the app', async () => (await fetch(`${base}/health`)).ok)
    await until('the origin', async () => (await fetch(`http://127.0.0.1:${originPort}/health`)).ok)

    const body = (await encodePng(photo(400, 260))) as Uint8Array<ArrayBuffer>
    const put = await fetch(`${base}/img/a-jpg?widths=160,320`, { method: 'PUT', body })
    expect(put.status).toBe(202)
    await until('the picture', async () => (await fetch(`${base}/img/a-jpg.json`)).status === 200)
    const jpeg = await fetch(`${base}/img/a-jpg?w=160`, { headers: { Accept: 'image/*' } })
    expect(jpeg.headers.get('Strata-Plan')).toBe('transcode;layer=1;w=160;f=jpeg')
    expect(await readBySharp(new Uint8Array(await jpeg.arrayBuffer()))).toMatchObject({
      width: 160,
      height: 104,
    })
    const kept = await fetch(`http://127.0.0.1:${port}/photos/a.jpg?w=160`, {
      headers: { Accept: 'image/*' },
    })
    expect([kept.status, kept.headers.get('ETag')]).toEqual([200, jpeg.headers.get('ETag')])
    const native = await fetch(`${base}/img/a-jpg?w=160`, { headers: { Accept: 'image/vnd.strata' } })
    const { layers } = (await (await fetch(`${base}/img/a-jpg.json`)).json()) as { layers: { end: number }[] }
    expect((await native.arrayBuffer()).byteLength).toBe(layers[0]!.end)
  }, 240_000)
})
