import { messageOf, StrataError } from '../core/errors.ts'

/**
 * Execution providers of onnxruntime-node for the analysis networks. `auto` takes CUDA where it works, else the CPU; any
 * other name is used without fallback. `auto` never takes WebGPU, because a software adapter looks like a GPU and is slower
 * than the CPU.
 */
export const NODE_PROVIDERS = ['auto', 'cuda', 'webgpu', 'cpu'] as const

export type NodeProvider = (typeof NODE_PROVIDERS)[number]

/** The provider in use, and the providers tried before it with the reasons of their failures. */
export interface ChosenProvider {
  readonly provider: Exclude<NodeProvider, 'auto'>
  readonly passedOver: readonly { readonly provider: string; readonly reason: string }[]
}

const CANDIDATES: Readonly<Record<NodeProvider, readonly Exclude<NodeProvider, 'auto'>[]>> = {
  auto: ['cuda', 'cpu'],
  cuda: ['cuda'],
  webgpu: ['webgpu'],
  cpu: ['cpu'],
}

/**
 * Makes sessions on the first provider that works. The first session decides; all later ones use its provider.
 * @param onChosen called once, when the provider is chosen
 * @throws StrataError MODEL_INVALID that names every provider tried, the reason of its failure, and a remedy
 */
export function createOnProvider<S>(
  wanted: NodeProvider,
  create: (bytes: Uint8Array, provider: string) => Promise<S>,
  onChosen: (chosen: ChosenProvider) => void = () => {},
): (bytes: Uint8Array) => Promise<S> {
  let chosen: Promise<ChosenProvider['provider']> | undefined

  async function first(bytes: Uint8Array): Promise<[ChosenProvider['provider'], S]> {
    const passedOver: { provider: string; reason: string }[] = []
    for (const provider of CANDIDATES[wanted]) {
      try {
        const session = await create(bytes, provider)
        onChosen({ provider, passedOver })
        return [provider, session]
      } catch (error) {
        const [reason = ''] = messageOf(error).split('\n')
        passedOver.push({ provider, reason })
      }
    }
    const reasons = passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ')
    const advice = wanted === 'cpu' ? 'strata doctor checks the models' : 'ORIGIN_PROVIDER=cpu always works'
    throw new StrataError('MODEL_INVALID', `no session on ${wanted} (${reasons}); ${advice}`)
  }

  return async (bytes) => {
    if (chosen !== undefined) return await create(bytes, await chosen)
    const firstSession = first(bytes)
    chosen = firstSession.then(([provider]) => provider)
    chosen.catch(() => {
      chosen = undefined
    })
    return (await firstSession)[1]
  }
}
