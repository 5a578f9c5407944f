import { expect, it } from 'vitest'
import { CensusCache } from '../../../src/edge/variants/census.ts'

it('is counted once in five seconds for each file, and again after a failure', async () => {
  const clock = { ms: 0 }
  const censuses = new CensusCache(() => clock.ms)
  const counted: string[] = []
  const read = (file: string) =>
    censuses.read(file, async () => {
      counted.push(file)
      return { kept: counted.length, promoted: 0 }
    })
  const failing = censuses.read('a', () => Promise.reject(new Error('no bucket')))
  await expect(failing).rejects.toThrow('no bucket')
  expect(await read('a')).toEqual({ kept: 1, promoted: 0 })
  clock.ms = 4999
  expect(await read('a')).toEqual({ kept: 1, promoted: 0 })
  expect(await read('b')).toEqual({ kept: 2, promoted: 0 })
  clock.ms = 5000
  expect(await read('a')).toEqual({ kept: 3, promoted: 0 })
  expect(counted).toEqual(['a', 'b', 'a'])
})
