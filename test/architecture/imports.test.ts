import { describe, expect, it } from 'vitest'
import {
  areaOf,
  COMPASS_ROOMS,
  codecsBehind,
  cycles,
  decodersWithEncoder,
  EDGE_ROOMS,
  MAY_IMPORT,
  ROOTS,
  tangledBenchmarks,
  wrongDirections,
  wrongPackages,
  wrongRooms,
} from './import-rules.ts'
import { type Graph, readGraph } from './source.ts'

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
