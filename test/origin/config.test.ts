import { describe, expect, it } from 'vitest'
import { parseParameters } from '../../src/node/encode.ts'
import { parseMatte } from '../../src/node/ingest/matte.ts'
import { describeUnknownVariables, maskSecrets, readConfig } from '../../src/origin/config.ts'
import { strata } from '../cli/harness.ts'

describe('readConfig', () => {
  it('has a default for everything, and takes the empty text as absent', () => {
    const config = readConfig({ ORIGIN_HOST: '', ORIGIN_MAX_PIXELS: '' })
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8788,
      concurrency: 1,
      renders: 2,
      rendersWaiting: 64,
      maxPixels: 100e6,
      token: undefined,
      key: undefined,
      provider: 'auto',
    })
  })

  it('is shown without its secrets', () => {
    const shown = maskSecrets(readConfig({ ORIGIN_TOKEN: 'one secret', ORIGIN_KEY: 'another secret' }))
    expect(shown).toMatchObject({ token: '***', key: '***', port: 8788 })
    expect(JSON.stringify(shown)).not.toContain('secret')
    expect(maskSecrets(readConfig({}))).toMatchObject({ token: null, key: null })
  })

  it('reads what is set', () => {
    const config = readConfig({
      ORIGIN_HOST: '0.0.0.0',
      ORIGIN_PORT: '9',
      ORIGIN_WAITING: '0',
      ORIGIN_TOKEN: 'secret',
    })
    expect(config).toMatchObject({ host: '0.0.0.0', port: 9, waiting: 0, token: 'secret' })
  })

  it('names every mistake with its variable, what is expected and what came', () => {
    const env = {
      ORIGIN_PORT: '70000',
      ORIGIN_CONCURRENCY: '0',
      ORIGIN_RENDERS: '0',
      ORIGIN_MAX_BYTES: '1e3',
      ORIGIN_DRAIN_SECONDS: '-1',
      ORIGIN_PROVIDER: 'tpu',
    }
    expect(() => readConfig(env)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => readConfig(env)).toThrow(/ORIGIN_PORT: expected an integer from 0 to 65535, got "70000"/)
    expect(() => readConfig(env)).toThrow(
      /ORIGIN_CONCURRENCY.*\n.*ORIGIN_RENDERS: expected an integer from 1 to 64.*\n.*ORIGIN_MAX_BYTES.*"1e3"\n.*ORIGIN_DRAIN_SECONDS.*"-1"\n.*auto, cuda, webgpu, cpu, got "tpu"/,
    )
  })
})

describe('describeUnknownVariables', () => {
  it('names what nothing reads, and what was probably meant', () => {
    const env = {
      ...{
        ORIGIN_CONCURENCY: '2',
        ORIGIN_MAXPIXELS: '1',
        ORIGIN_COUNTRY: 'CH',
        ORIGIN_URL: 'http://x',
        PATH: '/bin',
      },
      ...{ ORIGIN_PORT: '1', ORIGIN_TOKEN: '', ORIGIN_PROVIDER: 'cpu' },
    }
    expect(describeUnknownVariables(env)).toEqual([
      'ORIGIN_CONCURENCY: no such setting; did you mean ORIGIN_CONCURRENCY?',
      'ORIGIN_COUNTRY: no such setting',
      'ORIGIN_MAXPIXELS: no such setting; did you mean ORIGIN_MAX_PIXELS?',
    ])
  })

  it('is said by strata serve on stderr, which goes on', async () => {
    const { code, err, json } = await strata(['serve', '--print-config', '--json'], {
      env: { ORIGIN_CONCURENCY: '2' },
    })
    expect([code, json().concurrency]).toEqual([0, 1])
    expect(err).toBe('strata: ORIGIN_CONCURENCY: no such setting; did you mean ORIGIN_CONCURRENCY?\n')
  })
})

it('takes no more pixels than the format holds', () => {
  const env = { ORIGIN_MAX_PIXELS: '100000001' }
  expect(() => readConfig(env)).toThrow(/ORIGIN_MAX_PIXELS: expected an integer from 1 to 100000000, got/)
})

describe('parameters', () => {
  it('defaults', () => expect(parseParameters({})).toEqual({}))

  it('reads all three', () => {
    const parameters = parseParameters({ quality: '85', widths: '10,20', bg: 'f80' })
    expect(parameters).toEqual({ quality: 85, widths: '10,20', matte: { r: 255, g: 136, b: 0 } })
  })

  it.each(['0', '101', '-1', '5.5', 'high', ' 7'])('refuses quality %j', (quality) => {
    expect(() => parseParameters({ quality })).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', status: 400 }),
    )
  })

  it('reads colours', () => {
    expect(parseMatte('#010203')).toEqual({ r: 1, g: 2, b: 3 })
    expect(parseMatte('ABCDEF')).toEqual({ r: 171, g: 205, b: 239 })
    for (const text of ['red', '#12', '12345', '#1234567', 'rgb(0,0,0)', '']) {
      expect(() => parseMatte(text)).toThrow(/bg: expected a colour as rrggbb or rgb/)
    }
  })

  it.each([
    [{ ORIGIN_HOST: '0.0.0.0' }, false],
    [{ ORIGIN_HOST: '::' }, false],
    [{ ORIGIN_HOST: '192.168.1.7' }, false],
    [{ ORIGIN_HOST: '0.0.0.0', ORIGIN_TOKEN: 'secret' }, true],
    [{ ORIGIN_HOST: '0.0.0.0', ORIGIN_KEY: 'a key of some length' }, true],
    [{ ORIGIN_HOST: '0.0.0.0', ORIGIN_OPEN: 'true' }, true],
    [{ ORIGIN_HOST: '127.0.0.2' }, true],
    [{ ORIGIN_HOST: '::1' }, true],
  ])('lets an origin be reached from outside only when it is told whom to trust: %j', (env, isTaken) => {
    const attempt = () => readConfig(env)
    if (isTaken) expect(attempt()).toMatchObject({ host: env.ORIGIN_HOST })
    else expect(attempt).toThrow(/^ORIGIN_TOKEN: expected one, or ORIGIN_KEY/)
  })

  it('opens the metrics where only this machine reaches them, or where it was said', () => {
    const open = (env: Record<string, string>) => readConfig(env).openMetrics
    expect([open({}), open({ ORIGIN_TOKEN: 'secret' })]).toEqual([true, false])
    expect(open({ ORIGIN_HOST: '0.0.0.0', ORIGIN_KEY: 'a key of some length' })).toBe(false)
    expect(open({ ORIGIN_HOST: '0.0.0.0', ORIGIN_OPEN: 'true' })).toBe(true)
    expect(() => readConfig({ ORIGIN_OPEN: 'yes' })).toThrow('ORIGIN_OPEN: expected true or false')
  })
})
