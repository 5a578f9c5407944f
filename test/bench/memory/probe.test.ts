import { expect, it } from 'vitest'
import { probeMemory } from '../../../src/bench/memory/probe.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { encode } from '../../codec/compass/harness.ts'
import { photo } from '../../pictures.ts'

it('a cut file is measured by its highest whole layer', async () => {
  const file = await encode(photo(96, 64), [48, 96])
  const cut = file.subarray(0, readHeader(file).layers[0]!.end + 5)
  const { width, height, output, input } = await probeMemory(cut)
  expect([width, height, input]).toEqual([48, 32, cut.length])
  expect(output).toBeGreaterThan(0)
})
