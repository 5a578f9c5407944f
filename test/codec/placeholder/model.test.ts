import { describe, expect, it } from 'vitest'
import { hasPlaceholder, loadPlaceholder, openPlaceholder } from '../../../src/codec/placeholder/model.ts'
import { createWasmRuntime } from '../../../src/runtime/node.ts'
import { modelBlob, modelTable } from './harness.ts'

describe('openPlaceholder', () => {
  it.each([
    ['null', () => null, 'format 1'],
    ['another format', () => ({ ...modelTable(), format: 2 }), 'format 1'],
    ['no id', () => ({ ...modelTable(), id: 'x' }), 'an id'],
    ['other bits', () => ({ ...modelTable(), bits: 64 }), '128 bits'],
    ['no iterations', () => ({ ...modelTable(), iterations: 0 }), 'a size iterations'],
    ['a size that is a string', () => ({ ...modelTable(), hidden: '32' }), 'a size hidden'],
    ['one index too few', () => ({ ...modelTable(), selected: [1, 2] }), 'an index for each'],
    ['an index too large', () => ({ ...modelTable(), selected: new Array(40).fill(192) }), 'indexes below'],
    ['no parts', () => ({ ...modelTable(), parts: undefined }), 'parts'],
    [
      'a table outside the file',
      () => ({ ...modelTable(), parts: { ...modelTable().parts, mean: 1e9 } }),
      'mean inside',
    ],
  ])('refuses %s', (_, table, message) => {
    expect(() => openPlaceholder(table(), modelBlob())).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('refuses a file that is cut', () => {
    expect(() => openPlaceholder(modelTable(), modelBlob().subarray(0, 5000))).toThrow(
      /inside placeholder.bin/,
    )
  })

  it('reads a file at any offset of its buffer', () => {
    const blob = modelBlob()
    const shifted = new Uint8Array(blob.length + 1).subarray(1)
    shifted.set(blob)
    const { tables } = openPlaceholder(modelTable(), shifted)
    expect(tables).toEqual(openPlaceholder(modelTable(), blob).tables)
  })
})

describe('loadPlaceholder', () => {
  it('loads the model of the manifest once per runtime', async () => {
    const runtime = await createWasmRuntime()
    expect(hasPlaceholder(runtime)).toBe(true)
    expect(await loadPlaceholder(runtime)).toBe(await loadPlaceholder(runtime))
    expect(hasPlaceholder({ manifest: { ...runtime.manifest, files: {} } })).toBe(false)
  })
})
