// `npm run build`: the WebAssembly kernels into build/, then bundles and type declarations into dist/.
// What is bundled follows from package.json alone: dist/X.js, named there under `bin` or `exports`, is src/X.ts.
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { buildClient } from './.build-client.mjs'

process.chdir(fileURLToPath(new URL('.', import.meta.url)))

const {
  bin,
  exports,
  dependencies = {},
  peerDependencies = {},
} = JSON.parse(readFileSync('package.json', 'utf8'))
const entries = [bin, exports]
  .flatMap(leaves)
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'))

/** One bundle a runtime, so that no chunk mixes their code. */
const PROGRAMS = [
  {
    config: 'src/edge/tsconfig.json',
    platform: 'neutral',
    owns: (path) => /^src\/(index|edge\/(durable|sign))\.ts$/.test(path),
  },
  { config: 'tsconfig.json', platform: 'node', owns: (path) => /^src\/(cli|node|origin)\//.test(path) },
]

await rm('dist', { recursive: true, force: true })
if (existsSync('wasm/build.mjs')) await import('./wasm/build.mjs')
for (const program of PROGRAMS) {
  const own = entries.filter(program.owns)
  if (own.length === 0) continue
  await bundle(program, own)
  declare(program, own)
}
await buildClient('dist/client')
declare({ config: 'src/client/tsconfig.json' }, ['src/client/index.ts', 'src/client/worker.ts'])

/** All paths under a (nested) object of export conditions. */
function leaves(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves)
}

/** Development dependencies are bundled; what a user of the package installs stays an import. */
function bundle({ platform }, entryPoints) {
  return build({
    entryPoints,
    outbase: 'src',
    outdir: 'dist',
    // One folder deep like every source folder: `new URL('../../models/', import.meta.url)` holds before and after.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform,
    target: platform === 'node' ? 'node20' : 'es2022',
    external: ['cloudflare:workers', ...Object.keys(dependencies), ...Object.keys(peerDependencies)],
    // A bundled CommonJS package asks for built-in modules by require(), which an ES module lacks.
    banner:
      platform === 'node'
        ? {
            js: "import { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)",
          }
        : {},
    sourcemap: true,
    logLevel: 'warning',
  })
}

function declare({ config }, entryPoints) {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    config,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  )
  const program = ts.createProgram([...entryPoints, ...ambient(config)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: 'src',
    outDir: 'dist',
  })
  const { diagnostics } = program.emit()
  for (const diagnostic of diagnostics) fail(diagnostic)
}

/** Declarations that no file imports. */
function ambient(config) {
  return config === 'tsconfig.json' ? ['src/runtime/webassembly.d.ts'] : ['src/runtime/modules.d.ts']
}

function fail(diagnostic) {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
}
