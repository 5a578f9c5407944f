import { describe, expect, it } from 'vitest'
import { type ChosenProvider, createOnProvider, type NodeProvider } from '../../src/runtime/providers.ts'

const bytes = new Uint8Array(1)

function maker(wanted: NodeProvider, works: readonly string[]) {
  const tried: string[] = []
  const chosen: ChosenProvider[] = []
  const create = async (_: Uint8Array, provider: string) => {
    tried.push(provider)
    if (!works.includes(provider)) throw new Error(`no ${provider} here\nmore`)
    return provider
  }
  return { tried, chosen, make: createOnProvider(wanted, create, (choice) => chosen.push(choice)) }
}

describe('providers', () => {
  it('fall back from CUDA to the CPU once and report the reason', async () => {
    const { make, tried, chosen } = maker('auto', ['cpu'])
    expect([await make(bytes), await make(bytes)]).toEqual(['cpu', 'cpu'])
    expect(tried).toEqual(['cuda', 'cpu', 'cpu'])
    expect(chosen).toEqual([{ provider: 'cpu', passedOver: [{ provider: 'cuda', reason: 'no cuda here' }] }])
  })

  it('choose CUDA where it works', async () => {
    const { make, chosen } = maker('auto', ['cuda', 'cpu'])
    expect([await make(bytes), await make(bytes)]).toEqual(['cuda', 'cuda'])
    expect(chosen).toEqual([{ provider: 'cuda', passedOver: [] }])
  })

  it.each(['cuda', 'webgpu', 'cpu'] as const)(
    'throw MODEL_INVALID instead of replacing the requested provider %s',
    async (provider) => {
      const { make, chosen } = maker(provider, [])
      const message = expect.stringContaining(`no session on ${provider} (${provider}: no ${provider} here)`)
      await expect(make(bytes)).rejects.toMatchObject({ code: 'MODEL_INVALID', message })
      expect(chosen).toEqual([])
    },
  )

  it('are tried again after all of them have failed', async () => {
    const works: string[] = []
    const { make, tried } = maker('cpu', works)
    await expect(make(bytes)).rejects.toThrow()
    works.push('cpu')
    expect(await make(bytes)).toBe('cpu')
    expect(tried).toEqual(['cpu', 'cpu'])
  })
})
