import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** Each area of src/ and the areas it may import, itself aside. Dependencies point one way. */
const SHARED = ['core', 'format', 'entropy', 'network', 'pixels', 'runtime', 'codec']
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  format: ['core'],
  entropy: ['core'],
  network: ['core'],
  pixels: ['core'],
  runtime: ['core', 'network'],
  codec: SHARED,
  edge: SHARED,
  worker: ['core'],
  client: SHARED,
  node: SHARED,
  origin: [...SHARED, 'node'],
  bench: [...SHARED, 'node', 'edge', 'origin', 'client'],
  cli: [...SHARED, 'node', 'edge', 'origin', 'client', 'bench'],
}

/**
 * The rooms of src/edge, in the order in which a request passes through them: what it says, who may ask, what is stored, where
 * else pictures lie, how a JPEG is made, what is decided, what is kept, how uploads are encoded, what is answered. A room
 * imports only rooms that stand before it. The files at the door come last, except errors.ts, which every room may import.
 */
const EDGE_ROOMS = [
  'errors.ts',
  'request',
  'access',
  'store',
  'sources',
  'transcoder',
  'plan',
  'variants',
  'ingest',
  'answer',
  'options.ts',
  'resolve-options.ts',
  'services.ts',
  'app.ts',
]

/** The rooms of src/codec/compass, from what all share up to the encoder. A room imports only rooms that stand before it. */
const COMPASS_ROOMS = ['shared', 'kernels', 'latents', 'picture', 'decoder', 'encoder', 'index.ts']

/** A room with more files, or a file with more lines, should be split. */
const MAX_FILES = 20
const MAX_LINES = 250

/** Files directly in src/: the only ones that join areas, and what no area imports. */
const ROOTS = [
  ...['src/index.ts', 'src/worker.ts', 'src/worker-settings.ts'],
  ...['src/transcoder.ts', 'src/transcoder-onnx.ts', 'src/transcoder-parts.ts'],
]

/** The only part of the CLI that may import the benchmarks: no file of the product depends on a measurement. */
const BENCH_COMMANDS = 'src/cli/commands/bench/'

/** Rooms of src/bench that the rooms of single benchmarks share; those import nothing of one another. */
const SHARED_BENCH_ROOMS = ['src/bench', 'src/bench/pictures', 'src/bench/workers']

/** Areas that take bytes and numbers: they run in every runtime, so they import no package and no built-in module. */
const PURE = ['core', 'format', 'entropy', 'network', 'pixels', 'codec']

/** Areas with code for Node. */
const NODE = ['runtime', 'node', 'origin', 'bench', 'cli']

/** Each file, by its path from the repository's root, and what it imports: paths, or names of packages. */
type Graph = ReadonlyMap<string, readonly string[]>

describe('the dependencies of src/', () => {
  const graph = readGraph()

  it('are found', () => {
    expect(graph.get('src/core/crc32c.ts')).toEqual(['src/core/bytes.ts'])
    expect(graph.size).toBeGreaterThan(10)
  })

  it('lie in known areas', () => {
    const unknown = [...graph.keys()].filter((file) => !ROOTS.includes(file) && !MAY_IMPORT[areaOf(file)])
    expect(unknown).toEqual([])
  })

  it('point one way', () => {
    expect(wrongDirections(graph)).toEqual([])
  })

  it('lead from each room of src/edge to rooms before it', () => {
    expect(wrongRooms(graph, 'src/edge', EDGE_ROOMS)).toEqual([])
  })

  it('lead from each room of the layered codec to rooms before it', () => {
    expect(wrongRooms(graph, 'src/codec/compass', COMPASS_ROOMS)).toEqual([])
  })

  it('lead from the plugin to no codec', () => {
    expect(codecsBehind(graph, 'src/index.ts')).toEqual([])
  })

  it('lead from no benchmark to another', () => {
    expect(tangledBenchmarks(graph)).toEqual([])
  })

  it('lead from no decoder to an encoder', () => {
    expect(decodersWithEncoder(graph)).toEqual([])
  })

  it('reach onnxruntime from src/runtime alone', () => {
    expect(wrongPackages(graph)).toEqual([])
  })

  it('form no cycle', () => {
    expect(cycles(graph)).toEqual([])
  })
})

describe('the rooms', () => {
  const files = [...readGraph().keys()]

  it(`hold at most ${MAX_FILES} files each`, () => {
    const rooms = [...new Set(files.map((file) => posix.dirname(file)))]
    const filesIn = (room: string) => files.filter((file) => posix.dirname(file) === room).length
    expect(rooms.filter((room) => filesIn(room) > MAX_FILES)).toEqual([])
  })

  it(`hold files of at most ${MAX_LINES} lines`, () => {
    const lines = (file: string) => readSource(file).split('\n').length - 1
    expect(files.filter((file) => lines(file) > MAX_LINES)).toEqual([])
  })

  it('export only what another file needs', { timeout: 60_000 }, () => {
    expect(unusedExports(['src/edge', 'src/worker'])).toEqual([])
  })
})

describe('the rules', () => {
  const graphOf = (imports: Record<string, string[]>): Graph => new Map(Object.entries(imports))

  it.each([
    ['src/format/a.ts', 'src/entropy/b.ts'],
    ['src/core/a.ts', 'src/format/b.ts'],
    ['src/edge/a.ts', 'src/origin/b.ts'],
    ['src/client/a.ts', 'src/edge/b.ts'],
    ['src/origin/a.ts', 'src/cli/b.ts'],
    ['src/codec/compass/a.ts', 'src/edge/b.ts'],
    ['src/edge/a.ts', 'src/index.ts'],
    ['src/worker.ts', 'src/cli/a.ts'],
    ['src/node/a.ts', 'src/origin/b.ts'],
    ['src/bench/a.ts', 'src/cli/b.ts'],
    ['src/cli/commands/compare.ts', 'src/bench/b.ts'],
  ])('refuse %s -> %s', (from, to) => {
    expect(wrongDirections(graphOf({ [from]: [to], [to]: [] }))).toEqual([`${from} -> ${to}`])
  })

  it.each([
    ['src/codec/compass/a.ts', 'src/codec/placeholder/b.ts'],
    ['src/cli/a.ts', 'src/edge/b.ts'],
    ['src/cli/commands/bench/rd.ts', 'src/bench/rd/run.ts'],
    ['src/bench/a.ts', 'src/edge/b.ts'],
    ['src/worker.ts', 'src/index.ts'],
    ['src/transcoder.ts', 'src/runtime/workerd.ts'],
  ])('allow %s -> %s', (from, to) => {
    expect(wrongDirections(graphOf({ [from]: [to], [to]: [] }))).toEqual([])
  })

  it.each([
    ['src/edge/request/a.ts', 'src/edge/plan/b.ts'],
    ['src/edge/variants/a.ts', 'src/edge/answer/b.ts'],
    ['src/edge/answer/a.ts', 'src/edge/services.ts'],
    ['src/edge/options.ts', 'src/edge/app.ts'],
    ['src/edge/errors.ts', 'src/edge/request/a.ts'],
    ['src/edge/attic/a.ts', 'src/edge/request/b.ts'],
    ['src/edge/request/a.ts', 'src/edge/b.ts'],
  ])('refuse %s -> %s between rooms', (from, to) => {
    expect(wrongRooms(graphOf({ [from]: [to], [to]: [] }), 'src/edge', EDGE_ROOMS)).toEqual([
      `${from} -> ${to}`,
    ])
  })

  it.each([
    ['src/edge/plan/a.ts', 'src/edge/request/b.ts'],
    ['src/edge/plan/a.ts', 'src/edge/plan/b.ts'],
    ['src/edge/request/a.ts', 'src/edge/errors.ts'],
    ['src/edge/app.ts', 'src/edge/answer/a.ts'],
    ['src/index.ts', 'src/edge/app.ts'],
  ])('allow %s -> %s between rooms', (from, to) => {
    expect(wrongRooms(graphOf({ [from]: [to], [to]: [] }), 'src/edge', EDGE_ROOMS)).toEqual([])
  })

  it('follow the plugin through other files', () => {
    const graph = graphOf({
      'src/index.ts': ['src/edge/app.ts'],
      'src/edge/app.ts': ['src/pixels/a.ts', 'src/format/b.ts'],
    })
    expect(codecsBehind(graph, 'src/index.ts')).toEqual(['src/pixels/a.ts'])
  })

  it('keep the rooms of the benchmarks apart', () => {
    const graph = graphOf({
      'src/bench/rd/a.ts': ['src/bench/speed/b.ts', 'src/bench/chart.ts', 'src/bench/rd/c.ts'],
    })
    expect(tangledBenchmarks(graph)).toEqual(['src/bench/rd/a.ts -> src/bench/speed/b.ts'])
    const upward = graphOf({ 'src/bench/chart.ts': ['src/bench/rd/a.ts'] })
    expect(tangledBenchmarks(upward)).toEqual(['src/bench/chart.ts -> src/bench/rd/a.ts'])
  })

  it('follow a decoder through other files', () => {
    const graph = graphOf({
      'src/codec/compass/decode.ts': ['src/codec/compass/shared.ts'],
      'src/codec/compass/shared.ts': ['src/entropy/rans-encoder.ts'],
      'src/entropy/rans-encoder.ts': ['src/entropy/rans-decoder.ts'],
      'src/entropy/rans-decoder.ts': [],
    })
    expect(decodersWithEncoder(graph)).toEqual([
      'src/codec/compass/decode.ts -> src/codec/compass/shared.ts -> src/entropy/rans-encoder.ts',
    ])
  })

  it.each([
    ['src/codec/compass/a.ts', 'onnxruntime-web/wasm'],
    ['src/origin/a.ts', 'onnxruntime-node'],
    ['src/transcoder.ts', './node_modules/onnxruntime-web/dist/a.wasm'],
    ['src/core/a.ts', 'node:fs'],
    ['src/edge/a.ts', 'node:fs'],
    ['src/client/a.ts', 'node:fs'],
    ['src/pixels/a.ts', 'sharp'],
  ])('refuse %s -> %s', (from, to) => {
    expect(wrongPackages(graphOf({ [from]: [to] }))).toEqual([`${from} -> ${to}`])
  })

  it.each([
    ['src/runtime/workerd.ts', 'onnxruntime-web/wasm'],
    ['src/runtime/node.ts', 'node:fs'],
    ['src/entropy/a.ts', './build/rans.wasm'],
    ['src/edge/a.ts', 'hono'],
    ['src/origin/a.ts', 'node:http'],
  ])('allow %s -> %s', (from, to) => {
    expect(wrongPackages(graphOf({ [from]: [to] }))).toEqual([])
  })

  it('see a cycle', () => {
    const graph = graphOf({ 'src/a.ts': ['src/b.ts'], 'src/b.ts': ['src/c.ts'], 'src/c.ts': ['src/b.ts'] })
    expect(cycles(graph)).toEqual(['src/b.ts -> src/c.ts -> src/b.ts'])
  })
})

function readGraph(): Graph {
  const root = new URL('../', import.meta.url)
  const files = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .map((file) => posix.join('src', file.replaceAll('\\', '/')))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .sort()
      .map((file) => {
        // Types count as well: to need another's types is to depend on it.
        const { importedFiles } = ts.preProcessFile(readSource(file), true, true)
        return [file, importedFiles.map(({ fileName }) => resolve(file, fileName))]
      }),
  )
}

function readSource(file: string): string {
  return readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
}

/** The path from the repository's root, "./" in front where it leaves src/; a package's name stays as it is. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(posix.dirname(from), specifier)
  return path.startsWith('src/') ? path : `./${path}`
}

function isFile(target: string): boolean {
  return target.startsWith('src/') || target.startsWith('./')
}

/** "codec" for src/codec/compass/decode.ts; "" for a file directly in src/. */
function areaOf(file: string): string {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? ''
}

function edges(graph: Graph): [from: string, to: string][] {
  return [...graph].flatMap(([from, imports]) => imports.map((to): [string, string] => [from, to]))
}

function wrongDirections(graph: Graph): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    if (!to.startsWith('src/')) return false
    if (ROOTS.includes(to)) return !ROOTS.includes(from)
    if (ROOTS.includes(from)) return ['bench', 'cli'].includes(areaOf(to))
    if (areaOf(from) === 'cli' && areaOf(to) === 'bench') return !from.startsWith(BENCH_COMMANDS)
    return areaOf(from) !== areaOf(to) && !MAY_IMPORT[areaOf(from)]?.includes(areaOf(to))
  }
  return edges(graph).filter(isWrong).map(show)
}

/** "plan" for src/edge/plan/etag.ts in src/edge, "app.ts" for src/edge/app.ts. */
function roomOf(file: string, area: string): string {
  return file.slice(area.length + 1).split('/')[0] ?? ''
}

function wrongRooms(graph: Graph, area: string, rooms: readonly string[]): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    if (![from, to].every((file) => file.startsWith(`${area}/`))) return false
    const [room, other] = [roomOf(from, area), roomOf(to, area)]
    const [place, target] = [rooms.indexOf(room), rooms.indexOf(other)]
    return room !== other && (target < 0 || place < target)
  }
  return edges(graph).filter(isWrong).map(show)
}

/**
 * "path: name" of each export of these folders that no file of src/ or test/ imports or re-exports by name. What package.json
 * names as an entry point is for users, so its exports are left out.
 */
function unusedExports(folders: readonly string[]): string[] {
  const root = new URL('../', import.meta.url)
  const files = ['src', 'test'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')),
  )
  // Parsing is slow, so only files that can import from these folders are parsed.
  const mayImport = (file: string) =>
    folders.some(
      (folder) => file.startsWith(folder) || readSource(file).includes(`${posix.basename(folder)}/`),
    )
  const used = new Set(files.filter(mayImport).flatMap(importedNames))
  const entries = readSource('package.json')
  return files
    .filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))
    .filter((file) => !entries.includes(`./dist/${file.slice('src/'.length).replace(/ts$/, 'js')}`))
    .flatMap((file) => exportedNames(file).map((name) => `${file}: ${name}`))
    .filter((name) => !used.has(name))
}

/** "path: name" of everything that a file imports or re-exports by name. */
function importedNames(file: string): string[] {
  return statementsOf(file).flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement)
    if (!isImport && !ts.isExportDeclaration(statement)) return []
    const { moduleSpecifier } = statement
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return []
    const names = isImport ? statement.importClause?.namedBindings : statement.exportClause
    if (names === undefined || ts.isNamespaceImport(names) || ts.isNamespaceExport(names)) return []
    const path = posix.join(posix.dirname(file), moduleSpecifier.text)
    return names.elements.map(({ name, propertyName }) => `${path}: ${(propertyName ?? name).text}`)
  })
}

/** Names that a file declares with `export`. */
function exportedNames(file: string): string[] {
  return statementsOf(file).flatMap((statement) => {
    if (!ts.canHaveModifiers(statement)) return []
    const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (!isExported) return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) ? [name.text] : [],
      )
    const { name } = statement as ts.Statement & { readonly name?: ts.Identifier }
    return name === undefined ? [] : [name.text]
  })
}

function statementsOf(file: string): readonly ts.Statement[] {
  return ts.createSourceFile(file, readSource(file), ts.ScriptTarget.ES2022).statements
}

function tangledBenchmarks(graph: Graph): string[] {
  const isTangled = ([from, to]: [string, string]) => {
    const [room, other] = [posix.dirname(from), posix.dirname(to)]
    const areBench = areaOf(from) === 'bench' && areaOf(to) === 'bench'
    return areBench && room !== other && !SHARED_BENCH_ROOMS.includes(other)
  }
  return edges(graph).filter(isTangled).map(show)
}

function wrongPackages(graph: Graph): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    const area = areaOf(from)
    if (to.includes('onnxruntime')) return area !== 'runtime'
    if (isFile(to)) return false
    return PURE.includes(area) || (to.startsWith('node:') && !NODE.includes(area))
  }
  return edges(graph).filter(isWrong).map(show)
}

function show([from, to]: [string, string]): string {
  return `${from} -> ${to}`
}

/** Files that decode, encode or make pixels and that this file imports, directly or through others. */
function codecsBehind(graph: Graph, file: string): string[] {
  const reached = new Set([file])
  for (const from of reached) for (const to of graph.get(from) ?? []) reached.add(to)
  return [...reached].filter((path) =>
    ['codec', 'entropy', 'network', 'pixels', 'runtime'].includes(areaOf(path)),
  )
}

/**
 * For every decoder that reaches an encoder, the shortest way there. CLI and benchmarks are left out: they share one
 * program that joins everything, and nothing that has to stay small imports them.
 */
function decodersWithEncoder(graph: Graph): string[] {
  const isNamed = (file: string, part: string) => file.startsWith('src/') && file.toLowerCase().includes(part)
  const decoders = [...graph.keys()].filter(
    (file) => isNamed(file, 'decod') && !['bench', 'cli'].includes(areaOf(file)),
  )
  return decoders.flatMap((decoder) => {
    const ways = [[decoder]]
    const seen = new Set([decoder])
    for (const way of ways) {
      const last = way.at(-1) ?? ''
      if (isNamed(last, 'encod')) return [way.join(' -> ')]
      for (const next of graph.get(last) ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        ways.push([...way, next])
      }
    }
    return []
  })
}

function cycles(graph: Graph): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file].join(' -> '))
    if (start >= 0 || done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
