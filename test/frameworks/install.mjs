// `node test/frameworks/install.mjs`: the frameworks that are too large to be development dependencies (Next.js is 170 MB
// without its compiler, Astro 130), into a folder that only these tests look into. Without it their tests are skipped.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The newest versions that run on Node 20. */
const PACKAGES = { astro: '5.9.4', next: '16.4.6', react: '19.1.0', 'react-dom': '19.1.0' }
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/strata/frameworks/', import.meta.url))

mkdirSync(FOLDER, { recursive: true })
writeFileSync(`${FOLDER}package.json`, JSON.stringify({ private: true, dependencies: PACKAGES }))
const options = ['--omit=optional', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund']
const { status } = spawnSync('npm', ['install', ...options], { cwd: FOLDER, stdio: 'inherit' })
process.exitCode = status ?? 1
