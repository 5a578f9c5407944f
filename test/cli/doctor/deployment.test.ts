import { describe, expect, it, onTestFinished } from 'vitest'
import { checkPromotion } from '../../../src/cli/doctor/promotion-check.ts'
import { putImage, waitUntilReady } from '../../../src/cli/upload-file.ts'
import { createOriginApp } from '../../../src/origin/app.ts'
import { readConfig } from '../../../src/origin/config.ts'
import { startServer } from '../../../src/origin/server.ts'
import { startReadyWorker, startWorker } from '../../e2e/edge.ts'
import { fakeEncode, plainPng } from '../../origin/fixtures.ts'
import { fakeEdge } from '../fake-edge.ts'
import { strata } from '../harness.ts'

describe('doctor --url', () => {
  it('reports that no server answers, or another program', async () => {
    const gone = await strata(['doctor', '--url', 'http://127.0.0.1:9/cdn', '--json'])
    expect([gone.code, gone.json().checks]).toEqual([
      1,
      [expect.objectContaining({ name: 'health', ok: false })],
    ])
    const { to } = await fakeEdge({})
    const wrong = await strata(['doctor', '--url', to])
    expect(wrong).toMatchObject({ code: 1, out: expect.stringMatching(/^FAILED health: expected 200/) })
    expect((await strata(['doctor', '--url', 'nowhere'])).code).toBe(2)
  })

  it('uploads, reads and deletes a picture, and reports remedies', async () => {
    const config = readConfig({ ORIGIN_PORT: '0', ORIGIN_KEY: 'key' })
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    onTestFinished(() => server.close())
    const edge = await startWorker(server.url, 'key')
    onTestFinished(() => edge.dispose())
    const { code, json } = await strata(['doctor', '--url', `${(await edge.ready).href}cdn`, '--json'])
    expect(code).toBe(1)
    const checks = json().checks as { name: string; ok: boolean; detail: string }[]
    expect(checks.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
      ...['health true', 'uploads guarded true', 'upload true', 'encode true', 'models false'],
      // The transcoder of this edge always fails, so the origin makes the pictures.
      ...[
        'signatures true',
        'native true',
        'transcode false',
        'headers true',
        'cache true',
        'hints true',
        'promotion true',
      ],
    ])
    expect(checks.find(({ name }) => name === 'models')?.detail).toMatch(
      /encodes for set 0123456789abcdef, installed here is .* \(to do: deploy/,
    )
    expect(checks.find(({ name }) => name === 'transcode')?.detail).toMatch(/but the origin did \(render;/)
    expect(checks.at(-1)?.detail).toMatch(/^none: pictures are not kept in the bucket/)
    const { objects } = await (await edge.getR2Bucket('IMAGES')).list()
    expect(objects).toEqual([])
  })

  it.each(['false', 'true'])(
    'reads by signed URLs where others are refused, with SIGN_QUERY=%s',
    async (signQuery) => {
      const config = readConfig({ ORIGIN_PORT: '0' })
      const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
      onTestFinished(() => server.close())
      const keys = 'a:a secret of some length'
      const edge = await startReadyWorker({
        ORIGIN_URL: server.url,
        UPLOAD_TOKEN: 'token',
        SIGNING_KEYS: keys,
        SIGN_QUERY: signQuery,
      })
      onTestFinished(() => edge.dispose())
      const argv = ['doctor', '--url', `${(await edge.ready).href}cdn`, '--token', 'token', '--json']
      const run = async (...more: string[]) => {
        const checks = (await strata([...argv, ...more])).json().checks as {
          name: string
          ok: boolean
          detail: string
        }[]
        return {
          names: checks.map(({ name }) => name),
          failed: checks.filter(({ ok }) => !ok).map(({ name }) => name),
          signatures: checks.find(({ name }) => name === 'signatures')?.detail,
        }
      }
      // The stand-in of the codec makes files of another model set.
      const whole = await run('--key', keys)
      expect(whole.failed).toEqual(['models'])
      expect(whole.signatures).toBe(
        `only signed URLs are answered; signatures cover the path${signQuery === 'true' ? ' and the parameters' : ''}`,
      )
      const without = await run()
      // One problem, one failure: what it hides is named in one line.
      expect(without.failed).toEqual(['models', 'signatures'])
      expect(without.signatures).toMatch(
        /^only signed URLs are answered, and no key was given \(to do: give one of .* by --key/,
      )
      expect(without.names.slice(-2)).toEqual(['reading', 'promotion'])
      const wrong = await run('--key', 'a:another secret of that length')
      expect(wrong.failed).toEqual(['models', 'signatures'])
      expect(wrong.signatures).toMatch(/^expected 200 for a URL signed with key a, got 403/)
      expect((await (await edge.getR2Bucket('IMAGES')).list()).objects).toEqual([])
    },
  )

  it.each([
    ['true', /^on; of the first 1 images 0 pictures are kept, 0 of them promoted$/],
    ['false', /^none: the option is off \(promote, PROMOTE\); of the first 1 images 0 pictures are kept/],
  ])('says what is promoted, with PROMOTE=%s', async (promote, expected) => {
    const config = readConfig({ ORIGIN_PORT: '0' })
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    onTestFinished(() => server.close())
    const edge = await startReadyWorker({ ORIGIN_URL: server.url, UPLOAD_TOKEN: 'token', PROMOTE: promote })
    onTestFinished(() => edge.dispose())
    const target = { base: `${(await edge.ready).href}cdn`, token: 'token', timeoutMs: 60_000 }
    const probe = { id: 'probe', bytes: await plainPng() }
    await putImage(probe, target)
    expect(await checkPromotion(target, 'probe', await waitUntilReady(probe, target))).toMatchObject({
      ok: true,
      detail: expect.stringMatching(expected),
    })
  })

  it('reports that URLs need no signature when a key is given', async () => {
    const config = readConfig({ ORIGIN_PORT: '0' })
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    onTestFinished(() => server.close())
    const edge = await startReadyWorker({ ORIGIN_URL: server.url, UPLOAD_TOKEN: 'token' })
    onTestFinished(() => edge.dispose())
    const url = `${(await edge.ready).href}cdn`
    const key = 'a:a secret of some length'
    const { out } = await strata(['doctor', '--url', url, '--token', 'token', '--key', key])
    expect(out).toMatch(/^FAILED signatures: expected 403 for an unsigned URL, got 200 \(to do: /m)
    expect((await strata(['doctor', '--url', url, '--key', 'nonsense'])).code).toBe(2)
  })
})
