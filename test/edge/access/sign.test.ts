import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  checkSigning,
  parseSigningKeys,
  type Signing,
  signUrl,
  UrlVerifier,
  verifyUrl,
} from '../../../src/edge/access/sign.ts'
import { extent } from '../../extent.ts'
import { generator } from '../../pictures.ts'

/** Signatures that are almost right. */
const MUTATIONS = extent(100_000, 5000)
const SECRET = 'a secret of some length'
const OTHER = 'another secret as long'
const SIGNING: Signing = { keys: { a: SECRET, b: OTHER } }
const WITH_QUERY: Signing = { ...SIGNING, signQuery: true }
const URL_ = 'https://img.example.com/cdn/img/my-photo?w=640&q=80'
const NOW = 1_800_000_000_000
const LATER = NOW / 1000 + 60

const code = (expected: string) => expect.objectContaining({ code: expected, status: 403 })

describe('a signed URL', () => {
  it.each([
    ['with key a', { kid: 'a', secret: SECRET }, SIGNING],
    ['with key b', { kid: 'b', secret: OTHER }, SIGNING],
    ['until later', { kid: 'a', secret: SECRET, expires: LATER }, SIGNING],
    ['with its query', { kid: 'a', secret: SECRET, expires: LATER, signQuery: true }, WITH_QUERY],
  ])('is accepted %s', async (_, options, signing) => {
    await expect(verifyUrl(await signUrl(URL_, options), signing, NOW)).resolves.toBeUndefined()
  })

  it('is an HMAC-SHA256 over lines that other software can compute', async () => {
    const mac = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex')
    const options = { kid: 'a', secret: SECRET, expires: LATER }
    const plain = new URL(await signUrl(URL_, options))
    expect(plain.searchParams.get('sig')).toBe(mac(`/cdn/img/my-photo\n${LATER}`))
    const all = new URL(await signUrl(`${URL_}&h=%0A5&e=a+b`, { ...options, signQuery: true }))
    expect(all.searchParams.get('sig')).toBe(mac(`/cdn/img/my-photo\n${LATER}\ne=a+b&h=%0A5&q=80&w=640`))
    expect([...all.searchParams.keys()]).toEqual(['w', 'q', 'h', 'e', 'exp', 'kid', 'sig'])
    const forever = new URL(await signUrl(URL_, { kid: 'a', secret: SECRET }))
    expect(forever.searchParams.get('sig')).toBe(mac('/cdn/img/my-photo\n'))
  })

  it('may be a path, and can be signed again', async () => {
    const options = { kid: 'a', secret: SECRET }
    const path = await signUrl('/cdn/img/x?w=1', options)
    expect(path).toMatch(/^\/cdn\/img\/x\?w=1&kid=a&sig=[0-9a-f]{64}$/)
    expect(await signUrl(path, options)).toBe(path)
  })

  it('holds for every size, or with signQuery for its own size only', async () => {
    const free = `${await signUrl(URL_, { kid: 'a', secret: SECRET })}&dpr=2`
    await expect(verifyUrl(free, SIGNING, NOW)).resolves.toBeUndefined()
    const bound = await signUrl(URL_, { kid: 'a', secret: SECRET, signQuery: true })
    await expect(verifyUrl(`${bound}&dpr=2`, WITH_QUERY, NOW)).rejects.toThrow(code('SIGNATURE_INVALID'))
    await expect(verifyUrl(bound.replace('w=640', 'w=1'), WITH_QUERY, NOW)).rejects.toThrow(
      code('SIGNATURE_INVALID'),
    )
    const [path, query] = bound.split('?')
    const turned = `${path}?${query?.split('&').reverse().join('&')}`
    await expect(verifyUrl(turned, WITH_QUERY, NOW)).resolves.toBeUndefined()
  })

  it('of one mode does not hold in the other', async () => {
    const free = await signUrl(URL_, { kid: 'a', secret: SECRET })
    await expect(verifyUrl(free, WITH_QUERY, NOW)).rejects.toThrow(code('SIGNATURE_INVALID'))
    const bound = await signUrl('https://x/cdn/img/y', { kid: 'a', secret: SECRET, signQuery: true })
    await expect(verifyUrl(bound, SIGNING, NOW)).rejects.toThrow(code('SIGNATURE_INVALID'))
  })

  it('expires', async () => {
    const url = await signUrl(URL_, { kid: 'a', secret: SECRET, expires: LATER })
    await expect(verifyUrl(url, SIGNING, LATER * 1000 - 1)).resolves.toBeUndefined()
    await expect(verifyUrl(url, SIGNING, LATER * 1000)).rejects.toThrow(code('SIGNATURE_EXPIRED'))
    // What is not ours does not even learn when it would have expired.
    await expect(verifyUrl(`${url.slice(0, -1)}x`, SIGNING, LATER * 1000)).rejects.toThrow(
      code('SIGNATURE_INVALID'),
    )
  })

  it.each([
    ['no signature', () => URL_, 'SIGNATURE_MISSING'],
    ['another path', (url: string) => url.replace('my-photo', 'my-photos'), 'SIGNATURE_INVALID'],
    [
      'another spelling of the path',
      (url: string) => url.replace('my-photo', 'my%2Dphoto'),
      'SIGNATURE_INVALID',
    ],
    ['a later exp', (url: string) => url.replace(`exp=${LATER}`, `exp=${LATER + 1}`), 'SIGNATURE_INVALID'],
    ['no exp', (url: string) => url.replace(`exp=${LATER}&`, ''), 'SIGNATURE_INVALID'],
    ['exp twice', (url: string) => `${url}&exp=${LATER}`, 'SIGNATURE_INVALID'],
    ['kid twice', (url: string) => `${url}&kid=a`, 'SIGNATURE_INVALID'],
    ['sig twice', (url: string) => `${url}&sig=0`, 'SIGNATURE_INVALID'],
    ['no kid', (url: string) => url.replace('kid=a', 'kit=a'), 'SIGNATURE_INVALID'],
    ['the other key', (url: string) => url.replace('kid=a', 'kid=b'), 'SIGNATURE_INVALID'],
    ['an unknown key', (url: string) => url.replace('kid=a', 'kid=c'), 'SIGNATURE_INVALID'],
    [
      'a property of every object',
      (url: string) => url.replace('kid=a', 'kid=toString'),
      'SIGNATURE_INVALID',
    ],
    [
      'upper case',
      (url: string) => url.replace(/[0-9a-f]{64}$/, (sig) => sig.toUpperCase()),
      'SIGNATURE_INVALID',
    ],
    ['an empty signature', (url: string) => url.replace(/[0-9a-f]{64}$/, ''), 'SIGNATURE_INVALID'],
    ['a longer one', (url: string) => `${url}00`, 'SIGNATURE_INVALID'],
  ])('is refused with %s', async (_, change, expected) => {
    const url = await signUrl(URL_, { kid: 'a', secret: SECRET, expires: LATER })
    await expect(verifyUrl(change(url), SIGNING, NOW)).rejects.toThrow(code(expected))
  })

  it(`is refused with ${MUTATIONS} mutated signatures`, async () => {
    const next = generator(7)
    const signed = await signUrl(URL_, { kid: 'a', secret: SECRET, expires: LATER })
    const at = signed.indexOf('sig=') + 4
    const verifier = new UrlVerifier()
    let accepted = 0
    for (let i = 0; i < MUTATIONS; i++) {
      const url = mutate(signed, at, i, next)
      if (url === signed) throw new Error('not mutated')
      accepted += await verifier.verify(url, SIGNING, NOW).then(
        () => 1,
        () => 0,
      )
    }
    expect(accepted).toBe(0)
    await expect(verifier.verify(signed, SIGNING, NOW)).resolves.toBe(LATER)
  })
})

/** Every other bit of it flipped once, then characters replaced, swapped, dropped or added, or all of it drawn anew. */
function mutate(url: string, at: number, i: number, next: () => number): string {
  const head = url.slice(0, at)
  const sig = url.slice(at)
  const digits = () => Math.floor(next() * 16).toString(16)
  const place = Math.floor(next() * 64)
  const flip = (bit: number) => {
    const digit = Number.parseInt(sig[bit >> 2] ?? '', 16) ^ (1 << (bit & 3))
    return sig.slice(0, bit >> 2) + digit.toString(16) + sig.slice((bit >> 2) + 1)
  }
  if (i < 256) return head + flip(i)
  const kinds = [
    () => flip(Math.floor(next() * 256)),
    () => Array.from({ length: 64 }, digits).join(''),
    () => sig.slice(0, place) + sig.slice(place + 1),
    () => sig.slice(0, place) + digits() + sig.slice(place),
    () => sig.slice(place) + (place === 0 ? '0' : sig.slice(0, place)),
    () => sig.slice(0, 32) + Array.from({ length: 32 }, digits).join(''),
  ]
  const mutated = kinds[i % kinds.length]?.() ?? ''
  return head + (mutated === sig ? flip(place) : mutated)
}

describe('keys', () => {
  it('are read from one text', () => {
    expect(parseSigningKeys(`a:${SECRET}, b:${OTHER}:with:colons`)).toEqual({
      a: SECRET,
      b: `${OTHER}:with:colons`,
    })
  })

  it.each([
    '',
    'a',
    `${SECRET}`,
    `:${SECRET}`,
    'a:short',
    `a:${SECRET},a:${OTHER}`,
    `a b:${SECRET}`,
    `a:${SECRET},`,
  ])('are refused without showing their secrets: %s', (text) => {
    const fault = (): unknown => {
      try {
        return parseSigningKeys(text)
      } catch (error) {
        return error
      }
    }
    expect(fault()).toMatchObject({ code: 'OPTION_INVALID', message: expect.not.stringContaining(SECRET) })
  })

  it.each([
    null,
    'a',
    {},
    { keys: {} },
    { keys: [] },
    { keys: { a: 5 } },
    { keys: { a: SECRET }, signQuery: 1 },
  ])('are refused when they are malformed: %o', (signing) => {
    expect(() => checkSigning(signing as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })

  it.each([
    [{ kid: 'a', secret: 'short' }, 'OPTION_INVALID'],
    [{ kid: 'a b', secret: SECRET }, 'OPTION_INVALID'],
    [{ kid: 'a', secret: SECRET, expires: 1.5 }, 'PARAM_INVALID'],
    [{ kid: 'a', secret: SECRET, expires: 0 }, 'PARAM_INVALID'],
  ])('do not sign with an invalid time: %o', async (options, expected) => {
    await expect(signUrl(URL_, options)).rejects.toMatchObject({ code: expected })
  })

  it.each(['', 'img/x', '//evil.example/img/x'])('do not sign an invalid URL: %s', async (url) => {
    await expect(signUrl(url, { kid: 'a', secret: SECRET })).rejects.toMatchObject({ code: 'PARAM_INVALID' })
  })
})
