import { posix } from 'node:path'
import type { Graph } from './source.ts'

/** Each area of src/ and the areas it may import, itself aside. Dependencies point one way. */
const SHARED = ['core', 'format', 'entropy', 'network', 'pixels', 'runtime', 'codec']
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
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
 * imports only rooms that stand before it. The files that join them come last with the routes, except errors.ts, which every
 * room may import.
 */
export const EDGE_ROOMS = [
  'errors.ts',
  'request',
  'access',
  'store',
  'sources',
  'origin',
  'transcoder',
  'plan',
  'variants',
  'ingest',
  'answer',
  'options.ts',
  'resolve-options.ts',
  'services.ts',
  'routes',
  'app.ts',
]

/** The rooms of src/codec/compass, from what all share up to the encoder. A room imports only rooms that stand before it. */
export const COMPASS_ROOMS = ['shared', 'kernels', 'latents', 'picture', 'decoder', 'encoder', 'index.ts']

/** Files directly in src/: the only ones that join areas, and what no area imports. */
export const ROOTS = [
  'src/index.ts',
  'src/worker.ts',
  'src/worker-settings.ts',
  'src/transcoder.ts',
  'src/transcoder-free.ts',
  'src/transcoder-onnx.ts',
  'src/transcoder-parts.ts',
]

/** The only part of the CLI that may import the benchmarks: no file of the product depends on a measurement. */
const BENCH_COMMANDS = 'src/cli/commands/bench/'

/** Rooms of src/bench that the rooms of single benchmarks share; those import nothing of one another. */
const SHARED_BENCH_ROOMS = [
  'src/bench',
  'src/bench/forged',
  'src/bench/pictures',
  'src/bench/pictures/kinds',
  'src/bench/workers',
]

/** Areas that take bytes and numbers: they run in every runtime, so they import no package and no built-in module. */
const PURE = ['core', 'format', 'entropy', 'network', 'pixels', 'codec']

/** What the transcoder Worker takes of what Workers offer of Node (`nodejs_compat`). */
const WORKERS_ZLIB = 'node:zlib'

/** Areas with code for Node. */
const NODE = ['runtime', 'node', 'origin', 'bench', 'cli']

export function wrongDirections(graph: Graph): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    if (!to.startsWith('src/')) return false
    if (ROOTS.includes(to)) return !ROOTS.includes(from)
    if (ROOTS.includes(from)) return ['bench', 'cli'].includes(areaOf(to))
    if (areaOf(from) === 'cli' && areaOf(to) === 'bench') return !from.startsWith(BENCH_COMMANDS)
    return areaOf(from) !== areaOf(to) && !MAY_IMPORT[areaOf(from)]?.includes(areaOf(to))
  }
  return edges(graph).filter(isWrong).map(show)
}

export function wrongRooms(graph: Graph, area: string, rooms: readonly string[]): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    if (![from, to].every((file) => file.startsWith(`${area}/`))) return false
    const [room, other] = [roomOf(from, area), roomOf(to, area)]
    const [place, target] = [rooms.indexOf(room), rooms.indexOf(other)]
    return room !== other && (target < 0 || place < target)
  }
  return edges(graph).filter(isWrong).map(show)
}

/** Files that decode, encode or make pixels and that this file imports, directly or through others. */
export function codecsBehind(graph: Graph, file: string): string[] {
  const reached = new Set([file])
  for (const from of reached) for (const to of graph.get(from) ?? []) reached.add(to)
  return [...reached].filter((path) =>
    ['codec', 'entropy', 'network', 'pixels', 'runtime'].includes(areaOf(path)),
  )
}

export function tangledBenchmarks(graph: Graph): string[] {
  const isTangled = ([from, to]: [string, string]) => {
    const [room, other] = [posix.dirname(from), posix.dirname(to)]
    const areBench = areaOf(from) === 'bench' && areaOf(to) === 'bench'
    return areBench && room !== other && !SHARED_BENCH_ROOMS.includes(other)
  }
  return edges(graph).filter(isTangled).map(show)
}

/**
 * For every decoder that reaches an encoder, the shortest way there. CLI and benchmarks are left out: they share one
 * program that joins everything, and nothing that has to stay small imports them.
 */
export function decodersWithEncoder(graph: Graph): string[] {
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

export function wrongPackages(graph: Graph): string[] {
  const isWrong = ([from, to]: [string, string]) => {
    const area = areaOf(from)
    if (to.includes('onnxruntime')) return area !== 'runtime'
    if (isFile(to)) return false
    if (ROOTS.includes(from) && to === WORKERS_ZLIB) return false
    return PURE.includes(area) || (to.startsWith('node:') && !NODE.includes(area))
  }
  return edges(graph).filter(isWrong).map(show)
}

export function cycles(graph: Graph): string[] {
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

/** "codec" for src/codec/compass/decode.ts; "" for a file directly in src/. */
export function areaOf(file: string): string {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? ''
}

/** "plan" for src/edge/plan/etag.ts in src/edge, "app.ts" for src/edge/app.ts. */
function roomOf(file: string, area: string): string {
  return file.slice(area.length + 1).split('/')[0] ?? ''
}

function edges(graph: Graph): [from: string, to: string][] {
  return [...graph].flatMap(([from, imports]) => imports.map((to): [string, string] => [from, to]))
}

function isFile(target: string): boolean {
  return target.startsWith('src/') || target.startsWith('./')
}

function show([from, to]: [string, string]): string {
  return `${from} -> ${to}`
}
