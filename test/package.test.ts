import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { afterAll, describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'))
const manifest = read('package.json')

describe('package.json', () => {
  const paths = leaves({ ...manifest.bin, ...manifest.exports }).filter((path) => path.includes('dist/'))

  it.each(paths)('%s is made from a source file', (path) => {
    const source = path.replace(/^(\.\/)?dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts')
    expect(existsSync(new URL(source, root))).toBe(true)
  })

  it('leads every way of importing to a file that suits it', async () => {
    const { messages } = await publint({ pkgDir: fileURLToPath(root), pack: false, strict: true })
    expect(messages).toEqual([])
  })

  it.each(readdirSync(root).filter((name) => /^wrangler.*\.toml$/.test(name)))(
    'packs %s and the Worker that it names',
    (name) => {
      const main = /^main = "(.+)"$/m.exec(readFileSync(new URL(name, root), 'utf8'))?.[1] ?? ''
      expect(manifest.files).toContain(name)
      expect(manifest.files).toContain(main.split('/')[0])
      expect(existsSync(new URL(main, root))).toBe(true)
    },
  )

  it('pins every development dependency to one version', () => {
    const loose = Object.entries(manifest.devDependencies).filter(
      ([, version]) => !/^\d/.test(String(version)),
    )
    expect(loose).toEqual([])
  })

  it('has onnxruntime in one version for all runtimes: other versions round otherwise', () => {
    const { devDependencies, peerDependencies } = manifest
    for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
      expect([devDependencies[name], peerDependencies[name]]).toEqual(['1.30.0', '1.30.0'])
    }
  })
})

describe('the bill of materials', () => {
  interface Component {
    readonly 'bom-ref': string
    readonly type: string
    readonly name: string
    readonly scope?: string
    readonly properties?: readonly { readonly name: string }[]
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  }
  const write = (path: string): Component[] => {
    execFileSync(process.execPath, ['.sbom.mjs', path], { cwd: root })
    return JSON.parse(readFileSync(path, 'utf8')).components
  }
  const folder = mkdtempSync(join(tmpdir(), 'strata-sbom-'))
  const path = join(folder, 'sbom.json')
  const components = write(path)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is made before a tarball is packed, and stands in it', () => {
    expect(manifest.files).toContain('sbom.json')
    expect(manifest.scripts.prepack).toContain('node .sbom.mjs')
  })

  it('lists what stands beside the package, and what is bundled into it', () => {
    const versions: Record<string, { version: string }> = read('package-lock.json').packages
    const named = new Map(components.map((component) => [component['bom-ref'], component]))
    for (const name of Object.keys(manifest.peerDependencies)) {
      const component = named.get(`${name}@${versions[`node_modules/${name}`]?.version}`)
      const isOptional = manifest.peerDependenciesMeta[name]?.optional === true
      expect([name, component?.scope]).toEqual([name, isOptional ? 'optional' : 'required'])
    }
    const bundled = components.filter(({ properties = [] }) =>
      properties.some(({ name }) => /bundled/.test(name)),
    )
    expect(bundled.map(({ 'bom-ref': ref }) => ref)).toEqual(
      expect.arrayContaining(['citty@0.2.2', '@hono/node-server@2.1.8']),
    )
    // What only tests and builds need is no part of it.
    expect(
      components.filter(({ name }) => ['vitest', '@biomejs/biome', 'playwright-core'].includes(name)),
    ).toEqual([])
  })

  it('names each model by its hash', () => {
    const models = components.filter(({ type }) => type === 'machine-learning-model')
    const files: Record<string, { sha256: string }> = read('models/weights/manifest.json').files
    expect(models.map(({ name, hashes }) => [name, hashes?.[0]?.content])).toEqual(
      Object.entries(files).map(([name, { sha256 }]) => [name, sha256]),
    )
  })

  it('is the same whenever it is made', () => {
    const again = join(folder, 'again.json')
    write(again)
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(path, 'utf8'))
  })
})

describe('package-lock.json', () => {
  it('names no registry but the public one', () => {
    const packages: Record<string, { resolved?: string }> = read('package-lock.json').packages
    const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? [])
    expect(resolved.filter((url) => !url.startsWith('https://registry.npmjs.org/'))).toEqual([])
  })
})

/** All paths under a (nested) object of export conditions. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Object.values(value as Record<string, unknown>).flatMap(leaves)
}
