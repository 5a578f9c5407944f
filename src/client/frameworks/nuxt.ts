/* `strata-cdn/nuxt`: a provider of `@nuxt/image`, of its first major version by `getImage` and of its second by default. */
import { imageUrl } from '../address/loader.ts'
import { fitOf, focusOf, formatOf, numberOf, type PictureDefaults, sourceOf } from './shared.ts'

/** The modifiers that this provider understands; all others are ignored. */
export interface NuxtModifiers {
  readonly width?: number | string | undefined
  readonly height?: number | string | undefined
  readonly quality?: number | string | undefined
  readonly format?: string | undefined
  /**
   * `cover` crops; all other values make the picture as large as width and height allow. @default 'cover' with both of
   * them
   */
  readonly fit?: string | undefined
  /** Colour that pads the picture to width and height, if `fit` is given and not `cover`. */
  readonly background?: string | undefined
  /** Point around which the picture is cropped, in keywords and percentages of CSS. */
  readonly position?: string | undefined
  readonly [name: string]: unknown
}

/** `options` of the provider in nuxt.config.ts, and those of a single picture. */
export interface NuxtProviderOptions {
  /** Where the CDN is mounted. */
  readonly baseURL?: string | undefined
  /** Name of the source in which every `src` is a path. @default none: `src` is an id or an address */
  readonly source?: string | undefined
  readonly modifiers?: NuxtModifiers | undefined
}

export function getImage(
  src: string,
  { baseURL, source, modifiers = {} }: NuxtProviderOptions = {},
): { url: string } {
  const defaults: PictureDefaults = { base: baseURL, source }
  const { width, height, quality, format, fit, background, position } = modifiers
  const isBox = Boolean(width && height)
  const url = imageUrl({
    ...defaults,
    src: sourceOf(src, defaults),
    width: numberOf(width),
    height: numberOf(height),
    quality: numberOf(quality),
    format: formatOf(format),
    fit: isBox ? (fitOf(fit) ?? 'cover') : undefined,
    focus: isBox ? focusOf(position) : undefined,
    background,
  })
  return { url }
}

export default function strataProvider(): { getImage: typeof getImage } {
  return { getImage }
}
