import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Of all that is uploaded: Cloudflare's limits count it compressed. ONNX Runtime alone is beyond the free plan's. */
it.each([
  ['the edge Worker', 'wrangler.toml', 200_000],
  ['the transcoder Worker', 'wrangler.transcoder.toml', 6_000_000],
  ['the transcoder Worker of the free plan', 'wrangler.transcoder.free.toml', 3_000_000],
  ['the transcoder Worker on ONNX Runtime', 'wrangler.transcoder.onnx.toml', 10_000_000],
])(
  '%s is small enough to be deployed',
  async (_, config, limit) => {
    const folder = await mkdtemp(join(tmpdir(), 'strata-size-'))
    try {
      const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
      const argv = [wrangler, 'deploy', '--dry-run', '-c', config, '--outdir', folder]
      const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' }
      await promisify(execFile)(process.execPath, argv, { cwd: ROOT, env })
      const names = (await readdir(folder)).filter((name) => !/\.(map|md)$/.test(name))
      const files = await Promise.all(names.map((name) => readFile(join(folder, name))))
      const sizes = files.map((bytes) => gzipSync(bytes).length)
      const total = sizes.reduce((sum, size) => sum + size, 0)
      expect(names.length).toBeGreaterThan(0)
      expect(total, `${names.map((name, i) => `${name} ${sizes[i]}`).join(', ')}`).toBeLessThanOrEqual(limit)
      expect(total).toBeGreaterThan(1000)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  120_000,
)
