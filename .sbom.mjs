// `npm pack`: the software bill of materials, sbom.json, as CycloneDX 1.5 (`npm sbom` writes its packages).
// It lists what runs: packages that are bundled into dist/, those that stand beside it (peerDependencies) with all that
// they need, and the models. It depends on package-lock.json, dist/ and the manifest of the models alone: no network,
// no time, no random number.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [out = 'sbom.json'] = process.argv.slice(2)
const root = fileURLToPath(new URL('.', import.meta.url))
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const manifest = read('package.json')

const argv = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--offline']
const npm = process.env.npm_execpath
const [program, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
const all = JSON.parse(
  execFileSync(program, [...before, ...argv], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  }),
)

const { packages } = read('package-lock.json')
/** As `npm sbom` names the package that stands directly in node_modules. */
const refOf = (name) => `${name}@${packages[`node_modules/${name}`].version}`
const bundled = new Set(bundledPackages().map(refOf))
const peers = Object.keys(manifest.peerDependencies)
const isOptional = (name) => manifest.peerDependenciesMeta[name]?.optional === true
const needed = closure([...bundled, ...peers.filter((name) => !isOptional(name)).map(refOf)], new Set())
const optional = closure(peers.filter(isOptional).map(refOf), needed)

const components = all.components
  .filter((component) => needed.has(component['bom-ref']) || optional.has(component['bom-ref']))
  .map((component) => ({
    ...component,
    scope: needed.has(component['bom-ref']) ? 'required' : 'optional',
    properties: bundled.has(component['bom-ref']) ? [{ name: 'strata:bundled', value: 'true' }] : [],
  }))
  .sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1))

const { metadata, serialNumber: _random, ...rest } = all
const { timestamp: _now, tools: _version, ...kept } = metadata
const bom = {
  ...rest,
  metadata: { ...kept, component: { ...kept.component, name: manifest.name } },
  components: [...components, ...models()],
  dependencies: all.dependencies
    .filter(({ ref }) => components.some((component) => component['bom-ref'] === ref))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
}
writeFileSync(out, `${JSON.stringify(bom, undefined, 1)}\n`)

/** These packages and all that they need, without those that are known. */
function closure(refs, known) {
  const reached = new Set(refs)
  for (const ref of reached)
    for (const next of all.dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []) reached.add(next)
  return new Set([...reached].filter((ref) => !known.has(ref)))
}

/** Names of the packages whose files the source maps of dist/ name. */
function bundledPackages() {
  const maps = readdirSync(join(root, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js.map'))
  const sources = maps.flatMap((file) => read(join('dist', file)).sources)
  return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [])
}

/** Models by the hash of their file. */
function models() {
  const files = Object.entries(read('models/weights/manifest.json').files)
  return files.map(([file, { sha256 }]) => ({
    'bom-ref': `models/weights/${file}`,
    type: 'machine-learning-model',
    name: file,
    version: manifest.version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  }))
}
