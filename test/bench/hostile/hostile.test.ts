import { describe, expect, it } from 'vitest'
import { reportHostile } from '../../../src/bench/hostile/report.ts'
import { benchHostile, type HostileRow } from '../../../src/bench/hostile/run.ts'
import { runtime } from '../../codec/compass/harness.ts'

const root = new URL('../../../', import.meta.url).pathname
const answer = { status: 422, code: 'FORMAT_INVALID', ms: 5, cpuMs: 4, bytes: 1e6 }

function rowOf(change: Partial<HostileRow>): HostileRow {
  return { name: 'a file', isWork: false, bytes: 1, transcoder: answer, edge: answer, ...change }
}

describe('the report of hostile files', () => {
  it.each<[Partial<HostileRow>, string[]]>([
    [{}, []],
    [{ edge: { ...answer, status: 200, code: undefined } }, []],
    [{ edge: { ...answer, status: 502, code: 'TRANSCODE_FAILED' } }, ['a file, edge: 502 TRANSCODE_FAILED']],
    [{ transcoder: { ...answer, code: undefined } }, ['a file, transcoder: 422 without a code']],
    [{ transcoder: { ...answer, status: 0 } }, ['a file, transcoder: no answer']],
    [{ transcoder: { ...answer, bytes: 310e6 } }, ['a file, transcoder: 310 MB']],
    [{ transcoder: { ...answer, cpuMs: 2100 } }, ['a file, transcoder: 2100 ms of CPU']],
    [{ transcoder: { ...answer, cpuMs: 2100 }, isWork: true }, []],
  ])('says of %o what is wrong: %o', (change, faults) => {
    expect(reportHostile([rowOf(change)]).faults).toEqual(faults)
  })
})

describe('strata bench hostile', () => {
  it.skipIf(process.platform !== 'linux')(
    'finds that a PNG which unpacks to 256 MB is refused in little memory',
    async () => {
      const options = {
        root,
        runtime: await runtime('wasm'),
        only: 'PNG of 4 MP that unpacks',
        progress() {},
      }
      const rows = await benchHostile(options)
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({
        transcoder: { status: 422, code: 'FORMAT_INVALID' },
        edge: { status: 422, code: 'FORMAT_INVALID' },
      })
      expect(rows[0]!.transcoder.bytes).toBeLessThan(150e6)
    },
    240_000,
  )
})
