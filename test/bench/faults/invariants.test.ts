import { beforeAll, describe, expect, it } from 'vitest'
import { type Ending, History } from '../../../src/bench/faults/history.ts'
import {
  type Evidence,
  type FinalImage,
  findViolations,
  type Seen,
} from '../../../src/bench/faults/invariants.ts'
import { type MadePicture, makePicture, sha256 } from '../../../src/bench/faults/pictures.ts'
import { encodeOriginal, parseParameters } from '../../../src/node/encode.ts'
import { fakeEncode } from '../../origin/fixtures.ts'

let pictures: MadePicture[]
let file: Uint8Array
beforeAll(async () => {
  pictures = [
    ...(await Promise.all([1, 2, 3].map((seed) => makePicture(seed, 60, 40)))),
    await makePicture(4, 60, 40, true),
  ]
  const encoding = { encode: fakeEncode }
  file = await encodeOriginal(pictures[0]!.bytes.slice(), parseParameters({ coding: 'compass' }), encoding)
})

/** @param writes the version that is sent, or `x` for a deletion, and how it ended */
function historyOf(...writes: readonly (readonly [number | 'x', Ending])[]): History {
  const history = new History('id')
  for (const picture of pictures) history.add(picture)
  for (const [what, ending] of writes) history.ended(what === 'x' ? undefined : what, ending)
  return history
}

function kindsOf(evidence: Partial<Evidence>): string[] {
  const nothing = { seen: [], images: [], objects: new Map(), crashes: [] }
  return findViolations({ ...nothing, ...evidence }).map(({ kind }) => kind)
}

const ready = (version: number | undefined) =>
  ({ state: 'ready', served: { file: version, pixels: version } }) as const
const NONE = { state: 'none' } as const
const failed = (code: string) => ({ state: 'failed', code }) as const

describe('the final state of an image', () => {
  const check = (history: History, image: Omit<FinalImage, 'history'>) =>
    kindsOf({ images: [{ history, ...image }] })

  it('is the last upload that was accepted', () => {
    const history = historyOf([0, 'accepted'], [1, 'accepted'], [2, 'refused'])
    expect(check(history, ready(1))).toEqual([])
    for (const wrong of [0, 2]) expect(check(history, ready(wrong))).toEqual(['lost'])
    expect(check(history, NONE)).toEqual(['lost'])
  })

  it('is any that may have been accepted since', () => {
    const history = historyOf([0, 'accepted'], [1, 'unknown'], ['x', 'unknown'])
    for (const image of [ready(0), ready(1), NONE]) expect(check(history, image)).toEqual([])
    expect(check(history, ready(2))).toEqual(['lost'])
  })

  it('is nothing after a deletion, or where nothing was accepted', () => {
    expect(check(historyOf([0, 'accepted'], ['x', 'accepted']), NONE)).toEqual([])
    expect(check(historyOf([0, 'accepted'], ['x', 'accepted']), ready(0))).toEqual(['returned'])
    expect(check(historyOf([0, 'unknown']), NONE)).toEqual([])
    expect(check(historyOf(), NONE)).toEqual([])
  })

  it('is not a pending upload', () => {
    expect(check(historyOf([0, 'accepted']), { state: 'encoding' })).toEqual(['stuck'])
    const replacing = { ...ready(0), replacing: 'queued' as const }
    expect(check(historyOf([0, 'accepted'], [1, 'accepted']), replacing)).toEqual(['stuck'])
  })

  it('may be a failure with a code, while the previous picture stays', () => {
    const [first, second] = [historyOf([0, 'accepted']), historyOf([0, 'accepted'], [1, 'accepted'])]
    expect(check(first, failed('ORIGIN_FAILED'))).toEqual([])
    expect(check(first, failed('INPUT_CORRUPT'))).toEqual(['lost'])
    const kept = { ...ready(0), replacing: 'failed', code: 'ORIGIN_FAILED' } as const
    expect(check(second, kept)).toEqual([])
    expect(check(second, { ...kept, ...ready(2) })).toEqual(['lost'])
    const broken = historyOf([0, 'accepted'], [3, 'accepted'])
    expect(check(broken, { ...kept, code: 'INPUT_CORRUPT' })).toEqual([])
    expect(check(broken, ready(3))).toEqual(['lost'])
  })

  it('has file and pixels of one picture', () => {
    const history = historyOf([0, 'accepted'])
    expect(check(history, { state: 'ready', served: { file: 0, pixels: 1 } })).toEqual(['mixed'])
    expect(check(history, { state: 'ready', served: { file: 0, pixels: undefined } })).toEqual(['mixed'])
  })
})

it('an image exists from the first accepted upload until a deletion is sent', () => {
  expect([historyOf().isThere, historyOf([0, 'unknown']).isThere]).toEqual([false, false])
  const history = historyOf([0, 'accepted'], [1, 'unknown'])
  expect(history.isThere).toBe(true)
  history.deleting()
  expect(history.isThere).toBe(false)
  history.ended(undefined, 'unknown')
  expect(history.isThere).toBe(false)
  history.ended(2, 'accepted')
  expect(history.isThere).toBe(true)
  history.ended(undefined, 'refused')
  expect(history.isThere).toBe(true)
})

describe('an answer', () => {
  const seen = (answer: Partial<Seen>): Seen => ({
    id: 'id',
    url: 'id?w=9',
    status: 200,
    version: 0,
    ...answer,
  })

  it.each([
    ['mixed', { version: undefined }],
    ['half', { broken: '3 bytes of 9' }],
    ['crash', { status: 500, code: 'INTERNAL' }],
    ['lost', { status: 404, code: 'NOT_FOUND', isMissing: true }],
  ])('is %s where it is %j', (kind, answer) => {
    expect(kindsOf({ seen: [seen(answer)] })).toEqual([kind])
  })

  it('may be any version, or an expected error', () => {
    const answers = [seen({ version: 3 }), seen({ status: 503, code: 'ORIGIN_BUSY' }), seen({ status: 202 })]
    expect(kindsOf({ seen: answers })).toEqual([])
  })

  it('has the same bytes by the same ETag', () => {
    const tagged = (hash: string, etag = '"a"') => seen({ same: { etag, sha256: hash } })
    expect(kindsOf({ seen: [tagged('1'), tagged('1'), tagged('2', '"b"')] })).toEqual([])
    expect(kindsOf({ seen: [tagged('1'), tagged('2')] })).toEqual(['mixed'])
  })
})

it('a program that ends by itself is a crash', () => {
  expect(kindsOf({ crashes: ['origin ended'] })).toEqual(['crash'])
})

describe('the bucket', () => {
  function bucketOf(change: Readonly<Record<string, Uint8Array | undefined>> = {}) {
    const hash = sha256(file).slice(0, 32)
    const record = {
      status: 'ready',
      original: 'original/id/t',
      sha256: pictures[0]!.sha256,
      file: 'strata/id/t-1',
      hash,
    }
    const objects = new Map<string, Uint8Array>([
      ['state/id', new TextEncoder().encode(JSON.stringify(record))],
      ['original/id/t', pictures[0]!.bytes],
      ['strata/id/t-1', file],
      [`picture/id/${hash}/w=9`, Uint8Array.of(1)],
      ['health/conditional-writes', Uint8Array.of(1)],
    ])
    for (const [key, bytes] of Object.entries(change)) {
      if (bytes) objects.set(key, bytes)
      else objects.delete(key)
    }
    return kindsOf({ objects })
  }

  it('holds what records name, and pictures of it', () => {
    expect(bucketOf()).toEqual([])
  })

  it('holds nothing that no record names', () => {
    expect(bucketOf({ 'original/id/u': pictures[1]!.bytes })).toEqual(['orphan'])
    expect(bucketOf({ 'picture/id/0123/w=9': Uint8Array.of(1) })).toEqual(['orphan'])
    expect(bucketOf({ 'strata/gone/t-1': file })).toEqual(['orphan'])
    expect(bucketOf({ 'strata/id/t-2': file })).toEqual(['duplicated'])
  })

  it('holds all that records name, and whole', () => {
    expect(bucketOf({ 'strata/id/t-1': undefined })).toEqual(['lost'])
    expect(bucketOf({ 'strata/id/t-1': file.slice(0, -1) })).toEqual(['half'])
    expect(bucketOf({ 'original/id/t': pictures[0]!.bytes.slice(0, 99) })).toEqual(['half'])
    expect(bucketOf({ 'original/id/t': pictures[1]!.bytes })).toEqual(['half'])
  })
})
