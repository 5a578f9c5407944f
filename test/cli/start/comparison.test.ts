import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ComparisonServer } from '../../../src/cli/start/comparison.ts'

const WALL = { etag: '"a.3"', layers: [{ width: 320, bytes: 9, score: 75, avif: 10, webp: null }] }

describe('ComparisonServer', () => {
  let folder = ''
  let server: ComparisonServer | undefined
  const open = async () => {
    server?.close()
    server = await ComparisonServer.open(join(folder, 'state', 'comparisons.json'))
    return server
  }
  const answer = async () => (await fetch(server?.url ?? '')).json()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-comparison-'))
  })
  afterEach(async () => {
    server?.close()
    await rm(folder, { recursive: true })
  })

  it('serves the published comparisons, and whether more will follow', async () => {
    const comparisons = await open()
    expect(await answer()).toEqual({ measuring: true, images: {} })
    await comparisons.put('wall', WALL)
    expect(await answer()).toEqual({ measuring: true, images: { wall: WALL } })
    comparisons.finish()
    expect(await answer()).toMatchObject({ measuring: false })
  })

  it('keeps comparisons for the next start', async () => {
    await (await open()).put('wall', WALL)
    expect((await open()).get('wall')).toEqual(WALL)
  })

  it('starts empty when its file is damaged', async () => {
    await (await open()).put('wall', WALL)
    const path = join(folder, 'state', 'comparisons.json')
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 20))
    expect((await open()).get('wall')).toBeUndefined()
  })
})
