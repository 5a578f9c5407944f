import { expect, it } from 'vitest'
import type { Restoration } from '../../../src/client/restore.ts'
import { largestDifference } from '../e2e/pixels.ts'
import { call } from './engine.ts'
import { canvasPixels } from './looks.ts'
import { PATIENCE, type Stage } from './stage.ts'

export function restoring(stage: Stage): void {
  it.each([
    ['thumbnail', 'low.jpg', ['--width', '80'], 'hyperthumbnail'],
    ['rescale', 'low.png', ['--scale', '2'], 'irn'],
  ] as const)('restores what `strata %s` made', async (command, name, options, method) => {
    const wanted = await stage.thumbnail(command, name, options)
    await stage.open(`<img id="a" src="/${name}" alt="">`, '')
    const { factor, width, height, ...kind } = await restore(stage)
    expect({ factor, width, height, method: kind.method }).toEqual({
      ...{ factor: 2, width: 160, height: 108 },
      method,
    })
    expect(largestDifference(await canvasPixels(stage.tab), wanted)).toBeLessThanOrEqual(1)
  })
}

/** Restores image `a`, once the library is there. */
export async function restore(stage: Stage): Promise<Omit<Restoration, 'undo'>> {
  await expect.poll(() => call(stage.tab, () => 'strata' in window), PATIENCE).toBe(true)
  return await call(stage.tab, async () => {
    const { strata } = window as unknown as { strata: typeof import('../../../src/client/index.ts') }
    return await strata.restore(document.getElementById('a') as HTMLImageElement)
  })
}
