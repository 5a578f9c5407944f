import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StrataError } from '../core/errors.ts'

/** The folder of this package: where package.json, the wrangler files and the models lie, built or not. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (dirname(folder) === folder) throw new StrataError('INTERNAL', 'this program lies outside its package')
  }
}
