// `npm run build`: the WebAssembly kernels into build/, then bundles and type declarations into dist/.
// What is bundled follows from package.json alone: dist/X.js, named there under `bin` or `exports`, is src/X.ts.
// It is built into a folder beside dist/, which is then swapped in file by file; nothing is done when dist/ is current.
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { buildClient } from './.build-client.mjs'
import { hashOf, isCurrent, swapFolder, writeStamp } from './.build-swap.mjs'

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
    owns: (path) => /^src\/(index\.ts$|edge\/)/.test(path),
  },
  { config: 'tsconfig.json', platform: 'node', owns: (path) => /^src\/(cli|node|origin)\//.test(path) },
  // Addresses of pictures, for servers, builds and pages alike. The browser library is bundled apart.
  {
    config: 'src/client/tsconfig.json',
    platform: 'neutral',
    owns: (path) => /^src\/client\/(url\.ts$|frameworks\/|inline\/code\.ts$)/.test(path),
  },
]

/** All that decides what is built; the manifest has a hash of every model. */
const INPUTS = [
  ...['src', 'wasm', 'package.json', 'package-lock.json', 'tsconfig.json', 'models/weights/manifest.json'],
  ...['.build.mjs', '.build-client.mjs', '.build-swap.mjs'],
]
const OUTPUTS = ['build', 'dist']
const STAMP = 'node_modules/.cache/strata/build.json'
/** Beside dist/ and as deep, so that the paths in source maps hold. Another build may run at the same time. */
const FRESH = `dist-${process.pid}`

if (!(await isCurrent(STAMP, INPUTS, OUTPUTS))) {
  const inputs = await hashOf(INPUTS)
  try {
    await buildAll()
    await swapFolder(FRESH, 'dist')
  } finally {
    await rm(FRESH, { recursive: true, force: true })
  }
  await writeStamp(STAMP, inputs, OUTPUTS)
}

async function buildAll() {
  if (existsSync('wasm/build.mjs')) await import('./wasm/build.mjs')
  for (const program of PROGRAMS) {
    const own = entries.filter(program.owns)
    if (own.length === 0) continue
    await bundle(program, own)
    declare(program, own.filter(isDeclared))
  }
  await buildClient(`${FRESH}/client`)
  declare({ config: 'src/client/tsconfig.json' }, ['src/client/inline/index.ts'])
  const declared = ['index', 'worker', 'sw'].map((name) => `src/client/${name}.ts`)
  declare({ config: 'src/client/tsconfig.json' }, declared)
}

/** Whether package.json names types of it; nobody imports the program under `bin`. */
function isDeclared(entry) {
  return leaves(exports).includes(entry.replace(/^src\//, './dist/').replace(/\.ts$/, '.d.ts'))
}

/** All paths under a (nested) object of export conditions. */
function leaves(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves)
}

/** Development dependencies are bundled; what a user of the package installs stays an import. */
function bundle({ platform }, entryPoints) {
  return build({
    entryPoints,
    outbase: 'src',
    outdir: FRESH,
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
    outDir: FRESH,
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
