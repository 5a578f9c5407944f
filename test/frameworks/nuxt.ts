import { createImage, defineProvider } from '@nuxt/image/runtime'
import type { NuxtProviderOptions } from '../../src/client/frameworks/nuxt.ts'
import { attributesIn, blocksNamed, runBlock } from './blocks.ts'
import { element, type Rendering } from './markup.ts'
import { importEntry } from './packages.ts'

interface NuxtConfig {
  readonly image: {
    readonly provider: string
    readonly providers: Record<string, { readonly provider: string; readonly options: NuxtProviderOptions }>
  }
}
type Setup = Parameters<typeof createImage>[0]['providers'][never]['setup']

/** `$img` of a project with the documented configuration. */
export async function nuxtImage(code: string): Promise<ReturnType<typeof createImage>> {
  const before = 'const defineNuxtConfig = <T>(config: T): T => config\n'
  const { default: config } = await runBlock<{ default: NuxtConfig }>(code, before)
  const { provider, providers } = config.image
  const { provider: entry, options } = providers[provider]!
  const { default: setup } = await importEntry<{ default: Setup }>(entry)
  return createImage({
    provider,
    // As the module writes it into a project: what the file exports by default, and `options` as defaults.
    providers: { [provider]: { setup: defineProvider(setup), defaults: options } } as never,
    ...{ presets: {}, alias: {}, domains: [], densities: [1, 2], format: ['webp'] },
    screens: { sm: 640, md: 768, lg: 1024, xl: 1280, xxl: 1536 },
    nuxt: { baseURL: '/' },
    runtimeConfig: {} as never,
  })
}

/** What `<NuxtImg>` puts on its element: it hands its properties to `getSizes`, as is done here. */
export async function renderNuxt(base: string): Promise<Rendering[]> {
  const [code = ''] = blocksNamed('nuxt', 'nuxt.config.ts', base)
  const $img = await nuxtImage(code)
  const { src, width, height, sizes, densities } = attributesIn('nuxt') as Record<string, string>
  const documented = $img.getSizes(src!, {
    ...{ sizes: sizes!, densities: densities! },
    modifiers: { width: width!, height: height! },
  })
  const square = { width: 200, height: 200, position: 'top', format: 'jpg', quality: 60 }
  return [
    { name: 'the documented picture', html: element({ ...documented }) },
    { name: 'no size at all', html: element({ src: $img('cat') }) },
    {
      name: 'one width, by density',
      html: element({ ...$img.getSizes('cat', { sizes: {}, modifiers: { width: 320 } }) }),
      width: 320,
    },
    { name: 'a crop of a format', html: element({ src: $img('cat', square) }), ratio: 1, type: 'image/jpeg' },
    { name: 'an address', html: element({ src: $img(`${base}/img/small`, { width: 9000 }) }) },
  ]
}
