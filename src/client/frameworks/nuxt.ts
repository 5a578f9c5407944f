/* `strata-cdn/nuxt`: a provider of `@nuxt/image`, of its first major version by `getImage` and of its second by default. */
import { imageUrl } from '../address/loader.ts'
import { fitOf, focusOf, formatOf, numberOf, type PictureDefaults, sourceOf } from './shared.ts'

/** The modifiers that this provider understands; all others are ignored. */
export interface NuxtModifiers {
  readonly width?: number | string | undefined
  readonly height?: number | string | undefined
  readonly quality?: number | string | undefined
  readonly format?: string | undefined
  /** `cover` crops; all others make the picture as large as width and height allow. @default 'cover' with both of them */
  readonly fit?: string | undefined
  /** Pads to width and height with a colour, where `fit` is given and not `cover`. */
  readonly background?: string | undefined
  /** Keywords and percentages of CSS, for what is cropped around. */
  readonly position?: string | undefined
  readonly [name: string]: unknown
}

/** `options` of the provider in nuxt.config.ts, and what a single picture adds. */
export interface NuxtProviderOptions {
  /** Where the CDN is mounted. */
  readonly baseURL?: string | undefined
  /** Name of the source that every `src` is a path in. @default none: `src` is an id or an address */
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
