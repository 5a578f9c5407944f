// The browser library as one folder, to be put on a server as it is: `node .build-client.mjs FOLDER`, or as a part of
// `npm run build`. Page and worker are bundled apart: what they share is small, and a page would wait for one file more.
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('.', import.meta.url))
/** Models that decode; those that encode are of no use in a browser. */
const MODELS = /^(decoder|hyperthumbnail\w*|irn\w*)\.(json|bin)$/

/** Bundles and their form. Not every browser takes modules as service workers. */
const SCRIPTS = { index: 'esm', worker: 'esm', sw: 'esm', 'service-worker': 'iife' }

export async function buildClient(folder) {
  await mkdir(folder, { recursive: true })
  for (const [name, format] of Object.entries(SCRIPTS)) {
    await build({
      entryPoints: [join(ROOT, 'src/client', `${name}.ts`)],
      outfile: join(folder, `${name}.js`),
      bundle: true,
      minify: true,
      format,
      platform: 'browser',
      target: 'es2022',
      sourcemap: true,
      logLevel: 'warning',
    })
  }
  await buildDemo(folder)
  await buildPlaceholder(folder)
  await copyDecoder(folder)
}

/** The script of the ready Worker's demo page. It imports the library as every page does, from beside it. */
async function buildDemo(folder) {
  await build({
    entryPoints: [join(ROOT, 'src/client/demo/page.ts')],
    outfile: join(folder, 'demo.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
    plugins: [
      {
        name: 'library',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: './index.js', external: true }))
        },
      },
    ],
  })
}

/** `strata-cdn/placeholder`: one file that needs no other; beside the library as well, for pages without a bundler. */
async function buildPlaceholder(folder) {
  await build({
    entryPoints: ['inline/index', 'placeholder'].map((out) => {
      return { in: join(ROOT, 'src/client/inline/index.ts'), out }
    }),
    outdir: folder,
    // The weights first: gzip codes them and the code apart when both fill blocks of their own, and saves 500 bytes.
    inject: [join(ROOT, 'src/client/inline/weights-data.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  })
}

/** What the worker fetches: the kernels, the models (`.bin` as `.pack`), and a manifest of just these, as unpacked. */
async function copyDecoder(folder) {
  const weights = join(ROOT, 'models/weights')
  const { files, ...manifest } = JSON.parse(await readFile(join(weights, 'manifest.json'), 'utf8'))
  const models = Object.keys(files).filter((file) => MODELS.test(file))
  for (const file of models) {
    if (file.endsWith('.bin')) {
      const packed = pack(await readFile(join(weights, file)))
      await writeFile(join(folder, file.replace(/bin$/, 'pack')), packed)
    } else await copyFile(join(weights, file), join(folder, file))
  }
  const kernels = await readFile(join(ROOT, 'build/kernels.wasm'))
  await writeFile(join(folder, 'kernels.wasm'), kernels)
  const sha256 = createHash('sha256').update(kernels).digest('hex')
  const kept = Object.fromEntries(models.map((file) => [file, files[file]]))
  kept['kernels.wasm'] = { role: 'kernels', sha256, bytes: kernels.length }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files: kept }))
}

/**
 * Parameters for src/client/decode/unpack.ts. They are 16-bit integers, mostly small: magnitudes with the sign in the lowest
 * bit, first all low bytes, then all high ones, by gzip. Servers do not compress files of types that they do not know.
 */
function pack(bytes) {
  const words = new Int16Array(new Uint8Array(bytes).buffer)
  const planes = new Uint8Array(2 * words.length)
  for (const [i, word] of words.entries()) {
    const code = (word << 1) ^ (word >> 15)
    planes[i] = code
    planes[words.length + i] = code >> 8
  }
  return gzipSync(planes, { level: 9 })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  if (!folder) throw new Error('usage: node .build-client.mjs FOLDER')
  await buildClient(folder)
}
