import { FITS, type Fit, type Focus } from '../../core/box.ts'
import { invalidParam } from '../../core/errors.ts'
import { choice, focusOf, integer, positive, single } from '../../core/parameters.ts'
import { PICTURE_FORMATS } from '../../format/media-type.ts'
import { type Matte, parseMatte } from '../ingest/matte.ts'

/** What a picture may be asked as: GIF for the frames of an animation, and the original's own file without metadata. */
const RENDER_FORMATS = [...PICTURE_FORMATS, 'gif', 'original'] as const
export type RenderFormat = (typeof RENDER_FORMATS)[number]

/** Formats that hold frames. */
const FRAME_FORMATS: readonly RenderFormat[] = ['webp', 'gif']

/** What the edge asks a picture to be. */
export interface RenderParameters {
  /** Pixels of the screen, which need not be whole: `w` × `dpr`. @default the picture's */
  readonly width: number | undefined
  /** Pixels of the screen. @default what the picture's proportions make it */
  readonly height: number | undefined
  readonly fit: Fit
  /** Of a covering picture. @default its centre */
  readonly focus: Focus | undefined
  /** Under transparent pixels, and around a picture that is contained in a box. @default white where there is no alpha */
  readonly background: Matte | undefined
  readonly format: RenderFormat
  /** Whether all frames of an animation are wanted, or the first. */
  readonly frames: 'first' | 'all'
  /** Whether a lossless WebP is as welcome where it is smaller, as it often is of drawings. */
  readonly lossless: boolean
  /** 1 to 100 on JPEG's scale. PNG loses nothing, whatever it says. */
  readonly quality: number
  /** Whether somebody waits for the picture, so that it had better come soon than be small. */
  readonly wait: boolean
}

const DEFAULT_QUALITY = 75

/** Formats in whose place a lossless WebP may be sent: who takes one of them is asked about WebP by the edge. */
const LOSSY_FORMATS: readonly RenderFormat[] = ['avif', 'webp']

/**
 * Reads the query of `POST /render`; what it does not know it ignores.
 * @throws StrataError PARAM_INVALID that names the parameter, also for one that is given twice
 */
export function parseRenderParameters(query: URLSearchParams): RenderParameters {
  function read<T>(name: string, parse: (name: string, text: string) => T): T | undefined {
    const text = single(query, name)
    return text === undefined ? undefined : parse(name, text)
  }
  const format = read('f', (name, text) => choice(name, text, RENDER_FORMATS)) ?? 'jpeg'
  const frames = read('frames', (name, text) => choice(name, text, ['first', 'all'])) ?? 'first'
  if (frames === 'all' && !FRAME_FORMATS.includes(format)) {
    throw invalidParam('f', `${FRAME_FORMATS.join(' or ')} with frames=all`, format)
  }
  if (frames === 'first' && format === 'gif')
    throw invalidParam('f', `${PICTURE_FORMATS.join(' or ')}, or gif with frames=all`, format)
  const lossless = read('lossless', (name, text) => choice(name, text, ['0', '1'])) === '1'
  if (lossless && (frames === 'all' || !LOSSY_FORMATS.includes(format)))
    throw invalidParam(
      'lossless',
      `f=${LOSSY_FORMATS.join(' or ')} and one frame`,
      `f=${format}&frames=${frames}`,
    )
  return {
    width: read('w', positive),
    height: read('h', positive),
    fit: read('fit', (name, text) => choice(name, text, FITS)) ?? 'contain',
    focus: read('focus', focusOf),
    background: read('bg', (name, text) => parseMatte(text, name)),
    format,
    frames,
    lossless,
    quality: read('q', (name, text) => integer(name, text, 1, 100)) ?? DEFAULT_QUALITY,
    wait: read('wait', (name, text) => choice(name, text, ['0', '1'])) === '1',
  }
}
