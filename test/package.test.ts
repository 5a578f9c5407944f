import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { describe, expect, it } from 'vitest'

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
