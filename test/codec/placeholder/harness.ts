import { readFileSync } from 'node:fs'
import { openPlaceholder, type PlaceholderModel } from '../../../src/codec/placeholder/model.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url))

export const modelTable = () => JSON.parse(read('models/weights/placeholder.json').toString())
export const modelBlob = (): Uint8Array => read('models/weights/placeholder.bin')

export function openModel(): PlaceholderModel {
  return openPlaceholder(modelTable(), modelBlob())
}

/** Pictures of 32x32 pixels that models/strata_models/placeholder/export.py decoded after some numbers of steps. */
export interface Golden {
  readonly picture: readonly number[]
  readonly code: string
  readonly steps: Readonly<Record<string, readonly number[]>>
}

export const golden = (): Golden => JSON.parse(read('test/golden/placeholder.json').toString())
