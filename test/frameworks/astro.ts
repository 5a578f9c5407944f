import type { AstroTransform } from '../../src/client/frameworks/astro.ts'
import { attributesIn, blocksNamed, runBlock } from './blocks.ts'
import { element, type Rendering } from './markup.ts'
import { importEntry, importFramework } from './packages.ts'

interface ImageConfig {
  readonly service: { readonly entrypoint: string; readonly config: object }
}
interface Made {
  readonly src: string
  readonly srcSet: { readonly attribute: string }
  readonly attributes: Record<string, unknown>
}
type GetImage = (options: Partial<AstroTransform>) => Promise<Made>

/** `getImage` of a project with the documented configuration. */
export async function astroImage(code: string): Promise<GetImage> {
  const { default: config } = await runBlock<{ default: { image: ImageConfig } }>(code)
  const { default: imageService } = await importEntry<{ default: object }>(config.image.service.entrypoint)
  const { getImage } = await importFramework<{
    getImage: (options: Partial<AstroTransform>, config: ImageConfig) => Promise<Made>
  }>('astro/dist/assets/internal.js')
  // Where Astro keeps the service that a project has configured.
  Object.assign(globalThis, { astroAsset: { imageService } })
  return (options) => getImage(options, config.image)
}

/** What `<Image>` puts on its element: it hands its properties to `getImage`, as is done here. */
export function elementOf({ src, srcSet, attributes }: Made): string {
  return element({ src, srcset: srcSet.attribute || undefined, ...attributes })
}

export async function renderAstro(base: string): Promise<Rendering[]> {
  const [code = ''] = blocksNamed('astro', 'astro.config.mjs', base)
  const getImage = await astroImage(code)
  const html = async (options: Partial<AstroTransform>) => elementOf(await getImage(options))
  const cat = { src: 'cat', width: 320, height: 213 }
  const square = {
    src: 'cat',
    width: 200,
    height: 200,
    fit: 'cover',
    position: 'left 20%',
    widths: [100, 400],
  }
  return [
    { name: 'the documented picture', html: await html(attributesIn('astro')) },
    { name: 'densities', html: await html({ ...cat, densities: [1, 1.5, '2x'] }), width: 320 },
    { name: 'a crop', html: await html(square), ratio: 1 },
    {
      name: 'a format and a quality',
      html: await html({ ...cat, format: 'jpg', quality: 'mid' }),
      type: 'image/jpeg',
    },
    { name: 'an address', html: await html({ ...cat, src: `${base}/img/small` }) },
  ]
}
