import { describe, expect, it } from 'vitest'
import { verifyUrl } from '../../src/edge/access/sign.ts'
import { verifyUpload } from '../../src/edge/access/upload-url.ts'
import { strata } from './harness.ts'

const SECRET = 'a secret of some length'
const SIGNING = { keys: { k1: SECRET } }
const URL_ = 'https://img.example.com/cdn/img/x?w=640'

describe('strata sign', () => {
  it('prints a URL that the edge accepts', async () => {
    const { code, out } = await strata(['sign', URL_, '--key', `k1:${SECRET}`])
    expect(code).toBe(0)
    await verifyUrl(out.trim(), SIGNING)
  })

  it('takes the first key of the environment, signs the query and lets it expire', async () => {
    const env = { SIGNING_KEYS: `k1:${SECRET},k0:an older secret still` }
    const outcome = await strata(['sign', URL_, '--query', '--expires', '60', '--json'], { env })
    const { url, kid, expires } = outcome.json()
    expect(kid).toBe('k1')
    await verifyUrl(url, { ...SIGNING, signQuery: true }, expires * 1000 - 1)
    await expect(verifyUrl(url, { ...SIGNING, signQuery: true }, expires * 1000)).rejects.toThrow()
    expect(Math.abs(expires - Date.now() / 1000 - 60)).toBeLessThan(10)
  })

  it('prints a URL for one upload, which holds for an hour', async () => {
    const outcome = await strata(['sign', URL_, '--upload', '--json'], { env: { UPLOAD_TOKEN: SECRET } })
    const { url, expires } = outcome.json()
    await verifyUpload(new URL(url), SECRET, expires * 1000 - 1)
    await expect(verifyUpload(new URL(url), SECRET, expires * 1000)).rejects.toThrow('expired')
    expect(Math.abs(expires - Date.now() / 1000 - 3600)).toBeLessThan(10)
  })

  it.each([
    [['sign', URL_, '--upload'], 2, 'UPLOAD_TOKEN'],
    [['sign', URL_], 2, 'SIGNING_KEYS'],
    [['sign', URL_, '--key', 'secret'], 2, 'kid:secret'],
    [['sign', URL_, '--key', 'k1:short'], 2, '16 characters'],
    [['sign', URL_, '--key', `k1:${SECRET}`, '--expires', '0'], 2, '--expires'],
    [['sign', 'img/x', '--key', `k1:${SECRET}`], 2, 'url'],
    [['sign', '--key', `k1:${SECRET}`], 2, ''],
  ])('%o: exit code %i', async (argv, code, message) => {
    const outcome = await strata(argv)
    expect(outcome.code).toBe(code)
    expect(outcome.err).toContain(message)
    expect(outcome.err).not.toContain(SECRET)
  })
})
