import { expect, it } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import { Absences } from '../../../src/edge/ingest/absences.ts'

const URL_ = 'https://cdn.example.com/cdn/src/site/a.png'

it('what a source does not have is remembered for a minute, that it is down for five seconds', async () => {
  let now = 1000
  const absences = new Absences(() => now)
  await absences.note('a', URL_, new StrataError('NOT_FOUND', 'no a'))
  await absences.note('b', URL_, new StrataError('REMOTE_FAILED', 'b is down'))
  now += 4999
  expect(await absences.find('a', URL_)).toMatchObject({ code: 'NOT_FOUND', message: 'no a' })
  expect(await absences.find('b', URL_)).toMatchObject({ code: 'REMOTE_FAILED', message: 'b is down' })
  now += 1
  expect(await absences.find('b', URL_)).toBeUndefined()
  now += 55_000
  expect(await absences.find('a', URL_)).toBeUndefined()
})

it('remembers a bounded number, and forgets what it is told to', async () => {
  const absences = new Absences()
  for (let i = 0; i < 5000; i++) await absences.note(`id-${i}`, URL_, new StrataError('NOT_FOUND', 'none'))
  expect(await absences.find('id-0', URL_)).toBeUndefined()
  expect(await absences.find('id-4999', URL_)).toBeDefined()
  await absences.forget('id-4999', URL_)
  expect(await absences.find('id-4999', URL_)).toBeUndefined()
})
