import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = new URL('../../', import.meta.url)
/** Where `node test/frameworks/install.mjs` puts what is too large for a development dependency. */
const FOLDER = new URL('node_modules/.cache/strata/frameworks/', ROOT)

export const hasFrameworks = ['next', 'react-dom', 'astro'].every((name) =>
  existsSync(new URL(`node_modules/${name}/package.json`, FOLDER)),
)

/** `require` of a project that has these frameworks. */
export const requireFramework = createRequire(new URL('project.js', FOLDER))

/** A file of one of these packages, by its path behind the package's name. */
export async function importFramework<T>(path: string): Promise<T> {
  return (await import(new URL(`node_modules/${path}`, FOLDER).href)) as T
}

/** The source of an entry such as `strata-cdn/next`, as package.json names what is built of it. */
export function entryUrl(name: string): string {
  const { exports } = createRequire(ROOT)('./package.json')
  const built = exports[name.replace('strata-cdn', '.')].default as string
  return new URL(built.replace('./dist/', 'src/').replace(/js$/, 'ts'), ROOT).href
}

export async function importEntry<T>(name: string): Promise<T> {
  return (await import(fileURLToPath(entryUrl(name)))) as T
}

/** @param path of a file */
export async function importFile<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(path).href)) as T
}
