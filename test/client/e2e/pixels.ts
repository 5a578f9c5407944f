import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect } from 'vitest'
import { canvasPixels } from './browser.ts'
import type { Stage } from './stage.ts'

/** What is painted is what `strata decode` writes, within 1/255. */
export async function expectDecoded(stage: Stage, layer: number): Promise<void> {
  await inFolder(async (path) => {
    const file = await (await fetch(`${stage.cdn}/img/hills?f=native`)).arrayBuffer()
    await writeFile(path('a.strata'), new Uint8Array(file))
    await stage.strata('decode', path('a.strata'), '--layer', String(layer), '-o', path('a.png'))
    const { data } = await canvasPixels(stage.tab, 'a')
    expect(largestDifference(data, await rawPixels(path('a.png')))).toBeLessThanOrEqual(1)
  })
}

export async function inFolder(work: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-pixels-'))
  try {
    await work((name) => join(folder, name))
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function rawPixels(file: string): Promise<Uint8Array> {
  return new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer())
}

export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
