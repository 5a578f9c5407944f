import { existsSync } from 'node:fs'
import { createRequire as requireFrom } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { StrataError } from '../../core/errors.ts'

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']

/**
 * Launches Chromium by playwright-core, which is not a dependency of this package, because only this benchmark needs it.
 * @param path of the program
 * @throws StrataError FILE_FAILED that says what to install
 */
export async function launchBrowser(path: string): Promise<Browser> {
  if (!existsSync(path)) {
    throw new StrataError(
      'FILE_FAILED',
      `${path}: no such browser (apt-get install chromium, or CHROMIUM=PATH)`,
    )
  }
  try {
    const module = requireFrom(import.meta.url).resolve('playwright-core')
    const { chromium } = (await import(pathToFileURL(module).href))
      .default as typeof import('playwright-core')
    return await chromium.launch({ executablePath: path, args: ARGUMENTS })
  } catch (cause) {
    const remedy = 'npm install --no-save playwright-core@1.65.1'
    throw new StrataError('FILE_FAILED', `the browser cannot be started (try: ${remedy})`, { cause })
  }
}
