import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { memoiseLoads } from '../../src/core/memoise-loads.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A Worker's source, by its path from the repository's root, as one module. */
export const bundleWorker = memoiseLoads(async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.html': 'text' },
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
})

/** A Node program as a file below the repository's root, where it finds its packages. */
export async function bundleProgram(entry: string): Promise<{ path: string; remove: () => Promise<void> }> {
  await mkdir(join(ROOT, '.strata'), { recursive: true })
  const folder = await mkdtemp(join(ROOT, '.strata', 'test-'))
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  const path = join(folder, 'program.mjs')
  await writeFile(path, outputFiles[0]?.text ?? '')
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}
