import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { Response } from 'miniflare'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))
const wranglerConfig = fileURLToPath(new URL('../wrangler.toml', import.meta.url))

/** Tests that run inside workerd, with the bindings of wrangler.toml; everything else runs in Node. */
const WORKERD_TESTS = 'test/**/*.workerd.test.ts'

/** Stands in for the second Worker, which does not run here: a JPEG without content, whatever is asked. */
function transcoderStub(): Response {
  return new Response(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), { headers: { 'Content-Type': 'image/jpeg' } })
}

export default defineConfig({
  root,
  test: {
    // `--project workerd` alone must pass while a folder has no such test; .ci/run refuses a run without any test.
    passWithNoTests: true,
    // By default one core is left idle, which of two is half. Tests assert behaviour, not time.
    maxWorkers: availableParallelism(),
    // A machine that is busy, or six times slower, must not fail a test that asserts behaviour.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'node', environment: 'node', include: ['test/**/*.test.ts'], exclude: [WORKERD_TESTS] },
      },
      {
        extends: true,
        plugins: [
          cloudflareTest({
            wrangler: existsSync(wranglerConfig) ? { configPath: wranglerConfig } : {},
            miniflare: {
              compatibilityDate: '2026-04-01',
              compatibilityFlags: ['nodejs_compat'],
              serviceBindings: { TRANSCODER: transcoderStub },
            },
          }),
        ],
        test: { name: 'workerd', include: [WORKERD_TESTS] },
      },
    ],
  },
})
