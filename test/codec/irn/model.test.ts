import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openIrn } from '../../../src/codec/irn/model.ts'
import { referenceEngine } from '../../../src/network/reference.ts'

const table = JSON.parse(
  readFileSync(new URL('../../../models/weights/irn2.json', import.meta.url), 'utf8'),
) as Record<string, unknown>
const open = (value: unknown) => openIrn(value, new Uint8Array(), referenceEngine)

describe('a table of the model', () => {
  it.each([
    ['null', null, 'format 1'],
    ['another format', { ...table, format: 2 }, 'format 1'],
    ['a unit of zero', { ...table, unit: 0 }, 'unit'],
    ['a short id', { ...table, id: 'abc' }, 'an id of 16 digits'],
    ['another scale', { ...table, scale: 3 }, 'a scale of 2 or 4'],
    ['a level too many', { ...table, levels: [{}, {}] }, 'log2(scale) levels'],
  ])('is refused: %s', (_, value, expected) => {
    expect(() => open(value)).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(expected) }),
    )
  })
})
