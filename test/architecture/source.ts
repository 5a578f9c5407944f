import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'

/** Each file, by its path from the repository's root, and what it imports: paths, or names of packages. */
export type Graph = ReadonlyMap<string, readonly string[]>

const ROOT = new URL('../../', import.meta.url)

/** Paths from the repository's root of all TypeScript files of a folder, declarations aside. */
export function listSources(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort()
}

/** @param file its path from the repository's root */
export function readSource(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8')
}

/** The imports of src/. */
export function readGraph(): Graph {
  return new Map(
    listSources('src').map((file) => {
      // Types count as well: to need another's types is to depend on it.
      const { importedFiles } = ts.preProcessFile(readSource(file), true, true)
      return [file, importedFiles.map(({ fileName }) => resolve(file, fileName))]
    }),
  )
}

/** The path from the repository's root, "./" in front where it leaves src/; a package's name stays as it is. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(posix.dirname(from), specifier)
  return path.startsWith('src/') ? path : `./${path}`
}
