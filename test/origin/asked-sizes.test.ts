import fc from 'fast-check'
import { expect, it } from 'vitest'
import { renderAtOrigin } from '../../src/edge/origin/render.ts'
import { DEFAULT_RULES } from '../../src/edge/plan/default-rules.ts'
import { planUnencoded } from '../../src/edge/plan/render.ts'
import { readAccept } from '../../src/edge/request/accept.ts'
import { readHints } from '../../src/edge/request/hints.ts'
import { parseImageParams } from '../../src/edge/request/params.ts'
import { parseRenderParameters } from '../../src/node/render/parameters.ts'

const rules = { ...DEFAULT_RULES, formats: ['webp'] as const, exactQuality: true }

/** The query that the edge sends for a picture with these parameters. */
async function askedOf(query: string): Promise<URLSearchParams> {
  const input = {
    params: parseImageParams(new URLSearchParams(query)),
    hints: readHints(new Headers()),
    accepted: readAccept('image/webp'),
  }
  const { request } = planUnencoded(input, rules)
  let asked = new URL('http://origin.test')
  const origin = {
    url: 'http://origin.test',
    fetch: async (sent: Request) => {
      asked = new URL(sent.url)
      return new Response(null, { status: 503 })
    },
  }
  await renderAtOrigin(origin, { sha256: '', requestId: 'r' }, request, {}).catch(() => undefined)
  return asked.searchParams
}

it('takes every size that a URL at the edge can ask for', async () => {
  const side = fc.oneof(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom(1, 999_999))
  const aspect = fc.constantFrom('1:50', '50:1', '0.02', '50', '7:3', '1')
  const density = fc.constantFrom('', '&dpr=4', '&dpr=0.0001', '&dpr=1.3333')
  const sides = fc.oneof(
    fc.tuple(side, side).map(([w, h]) => `w=${w}&h=${h}`),
    fc.tuple(side, aspect).map(([w, ar]) => `w=${w}&ar=${ar}`),
    fc.tuple(side, aspect).map(([h, ar]) => `h=${h}&ar=${ar}`),
    side.map((w) => `w=${w}`),
  )
  await fc.assert(
    fc.asyncProperty(sides, density, async (size, dpr) => {
      const asked = await askedOf(size + dpr)
      expect(parseRenderParameters(asked).width).toBe(Number(asked.get('w')))
    }),
    {
      examples: [
        ['w=999999&ar=1:50', '&dpr=4'],
        ['h=999999&ar=50', '&dpr=4'],
        ['h=1&ar=0.02', '&dpr=0.0001'],
      ],
    },
  )
})
