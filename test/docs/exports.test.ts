import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { readPage, tableRows } from './markdown.ts'

const ROOT = new URL('../../', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  exports: Record<string, string | { types: string }>
}
const PAGE = readPage('docs/package.md')

/** Names that a source file exports, its default aside. */
function namesOf(file: URL): string[] {
  const source = ts.createSourceFile(file.pathname, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022)
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement
      if (exportClause && ts.isNamedExports(exportClause))
        return exportClause.elements.map(({ name }) => name.text)
      return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
        ? namesOf(new URL(moduleSpecifier.text, file))
        : []
    }
    if (!ts.canHaveModifiers(statement)) return []
    const kinds = (ts.getModifiers(statement) ?? []).map(({ kind }) => kind)
    if (!kinds.includes(ts.SyntaxKind.ExportKeyword) || kinds.includes(ts.SyntaxKind.DefaultKeyword))
      return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text)
    return [(statement as ts.FunctionDeclaration).name?.text ?? '']
  })
}

describe('docs/package.md', () => {
  it('has every entry of package.json', () => {
    const entries = Object.keys(exports).filter((entry) => entry !== './package.json')
    const listed = tableRows(PAGE.text).flatMap(([entry = '']) => entry.match(/`strata-cdn[^`]*`/g) ?? [])
    for (const entry of entries) expect(listed).toContain(`\`strata-cdn${entry.slice(1)}\``)
  })

  const typed = Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'string'
      ? []
      : [[entry, target.types.replace('./dist/', 'src/').replace('.d.ts', '.ts')]],
  )
  it.each(typed)('names all that %s exports', (_, file = '') => {
    const names = namesOf(new URL(file, ROOT))
    expect(names.length + Number(/nuxt|next|astro/.test(file))).toBeGreaterThan(0)
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(PAGE.text))).toEqual([])
  })
})
