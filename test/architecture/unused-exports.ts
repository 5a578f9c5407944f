import { posix } from 'node:path'
import ts from 'typescript'

/** A name of a file: "path: name". */
type ExportName = string

/** What one file exports by name, what it takes from others by name, and whose names it gives on without a list. */
interface Module {
  readonly exported: readonly ExportName[]
  readonly imported: readonly ExportName[]
  readonly passedOn: readonly string[]
}

/**
 * Exports that no other file imports or gives on.
 * @param sources text of each file by its path; tests stand among them, and what they import is used
 * @param isChecked whether a file's exports must be used; those of an entry point are for users
 */
export function unusedExports(
  sources: ReadonlyMap<string, string>,
  isChecked: (path: string) => boolean,
): ExportName[] {
  const modules = new Map([...sources].map(([path, text]) => [path, readModule(path, text)]))
  const used = new Set([...modules.values()].flatMap(({ imported }) => imported))
  // A name that is taken from `export * from './a.ts'` is one of a.ts. The set grows while it is walked.
  for (const name of used) {
    const [path = '', rest] = name.split(': ')
    for (const target of modules.get(path)?.passedOn ?? []) used.add(`${target}: ${rest}`)
  }
  return [...modules]
    .filter(([path]) => isChecked(path))
    .flatMap(([, { exported }]) => exported)
    .filter((name) => !used.has(name))
}

function readModule(path: string, text: string): Module {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const pathOf = (specifier: ts.Node | undefined) =>
    specifier && ts.isStringLiteral(specifier) ? posix.join(posix.dirname(path), specifier.text) : undefined
  const exported: ExportName[] = []
  const imported: ExportName[] = []
  const passedOn: string[] = []
  for (const statement of file.statements) {
    exported.push(...declaredNames(statement).map((name) => `${path}: ${name}`))
    if (ts.isImportDeclaration(statement)) {
      const names = statement.importClause?.namedBindings
      if (names && ts.isNamedImports(names))
        imported.push(
          ...names.elements.map((name) => `${pathOf(statement.moduleSpecifier)}: ${sourceName(name)}`),
        )
    }
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement
      const from = pathOf(moduleSpecifier)
      if (exportClause && ts.isNamedExports(exportClause)) {
        exported.push(...exportClause.elements.map(({ name }) => `${path}: ${name.text}`))
        if (from) imported.push(...exportClause.elements.map((name) => `${from}: ${sourceName(name)}`))
      } else if (from) passedOn.push(from)
    }
  }
  if (text.includes('import(')) {
    const visit = (node: ts.Node): void => {
      imported.push(...lateNames(node).map(({ from, name }) => `${pathOf(from)}: ${name}`))
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return { exported, imported, passedOn }
}

/** Names that a statement declares with `export`. */
function declaredNames(statement: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier }
  return name ? [name.text] : []
}

/** The names of `(await import('./a.ts')).name` and of `const { name } = await import('./a.ts')`. */
function lateNames(node: ts.Node): { from: ts.Node | undefined; name: string }[] {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return []
  let outer = node.parent
  while (ts.isAwaitExpression(outer) || ts.isParenthesizedExpression(outer)) outer = outer.parent
  const [argument] = node.arguments
  // The name of a file that is checked under other types is hidden from the compiler by `as string`.
  const from = argument && ts.isAsExpression(argument) ? argument.expression : argument
  if (ts.isPropertyAccessExpression(outer)) return [{ from, name: outer.name.text }]
  if (!ts.isVariableDeclaration(outer) || !ts.isObjectBindingPattern(outer.name)) return []
  return outer.name.elements.map((element) => ({ from, name: sourceName(element) }))
}

/** The name that `name as other` or `name: other` takes. */
function sourceName({
  name,
  propertyName,
}: {
  readonly name: ts.Node
  readonly propertyName?: ts.Node | undefined
}): string {
  return (propertyName ?? name).getText()
}
