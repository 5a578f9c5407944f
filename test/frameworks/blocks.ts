import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { blocksOf, readPage } from '../docs/markdown.ts'
import { entryUrl, importFile } from './packages.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Where the CDN is in the documentation. */
export const DOCUMENTED = 'https://img.example.com/cdn'

/** The blocks of a page of docs/frameworks that begin with a comment of this name, the CDN at `base` in them. */
export function blocksNamed(page: string, name: string, base: string): string[] {
  const blocks = blocksOf(readPage(`docs/frameworks/${page}.md`)).filter(({ code }) =>
    code.startsWith(`// ${name}\n`),
  )
  if (blocks.length === 0) throw new Error(`docs/frameworks/${page}.md: no block ${name}`)
  return blocks.map(({ code }) => code.replaceAll(DOCUMENTED, base))
}

/**
 * Runs a block as a file of its own.
 * @param before what a framework defines for such files
 */
export async function runBlock<T>(code: string, before = ''): Promise<T> {
  await mkdir(join(ROOT, '.strata'), { recursive: true })
  const folder = await mkdtemp(join(ROOT, '.strata', 'test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'block.ts')
  const imported = code
    .replace(
      /(from|import) '(strata-cdn\/\w+)'/g,
      (_, word, name) => `${word} '${fileURLToPath(entryUrl(name))}'`,
    )
    .replace(/^import \{ (\w+) \} from 'astro\/config'$/m, 'const $1 = <T>(config: T): T => config')
  await writeFile(file, before + imported)
  return await importFile<T>(file)
}

/** The attributes of the component in the page's block of HTML; what stands in braces is JSON. */
export function attributesIn(page: string): Record<string, unknown> {
  const block = blocksOf(readPage(`docs/frameworks/${page}.md`)).find(({ language }) => language === 'html')
  const found = block?.code.matchAll(/([\w-]+)=(?:"([^"]*)"|\{([^}]*)\})/g) ?? []
  return Object.fromEntries(
    [...found].map(([, name = '', text, json]) => [name, json === undefined ? text : JSON.parse(json)]),
  )
}
