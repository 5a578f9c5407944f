import { dirname, resolve } from 'node:path'
import type { ArgsDef } from 'citty'
import { METRIC_NAMES } from '../../../bench/metric.ts'
import { checkEnding, parseInteger, usage } from '../../command.ts'

/** Option of benchmarks that match or compare files by one metric. */
export const METRIC_ARGUMENT = {
  type: 'enum' as const,
  options: [...METRIC_NAMES] as string[],
  default: 'ss2',
  description: 'What makes two pictures equally good',
}

/** Options of the benchmarks that time work on one picture. */
export const TIMING_ARGS = {
  picture: {
    type: 'string',
    description: 'A picture (default: a drawn one of 1920x1280)',
    valueHint: 'file',
  },
  samples: { type: 'string', default: '7', description: 'Rounds; medians are given', valueHint: 'n' },
} as const satisfies ArgsDef

/** @throws StrataError USAGE */
export function parseSamples(text: string): number {
  return parseInteger('samples', text, 1, 1000)
}

/** Parses a list of integers such as `10,25,40`. @throws StrataError USAGE */
export function parseIntegers(name: string, text: string, min: number, max: number): number[] {
  return text.split(',').map((item) => parseInteger(name, item.trim(), min, max))
}

/** Sides in pixels of the smallest picture that SSIMULACRA2 is defined for. */
export const SMALLEST_WIDTH = 8

/** Parses the widths of pictures that are compared by SSIMULACRA2. @throws StrataError USAGE */
export function parseWidths(text: string): number[] {
  return parseIntegers('widths', text, SMALLEST_WIDTH, 4096)
}

/** Most pictures of a sheet; with them it is 40 000 pixels high. */
const MAX_PICTURES = 60

/** Options of a benchmark that can also draw a sheet of crops. */
export const SHEET_ARGS = {
  sheet: {
    type: 'string',
    description: 'Draw crops of ours and of AVIF, WebP and MozJPEG at equal bytes, as PNG',
    valueHint: 'file',
  },
  'sheet-pictures': {
    type: 'string',
    description: 'How many pictures to draw, the first ones by name (default: 6)',
    valueHint: 'n',
  },
  'sheet-quality': {
    type: 'string',
    description: 'Quality of ours there (default: 55)',
    valueHint: 'quality',
  },
} as const satisfies ArgsDef

interface SheetArgs {
  readonly path: string
  readonly pictures: number
  readonly quality: number
}

type GivenArgs = { readonly [name in keyof typeof SHEET_ARGS]?: string | undefined }

/** Parses the options of a sheet. Returns undefined without `--sheet`. @throws StrataError USAGE */
export function parseSheetArgs(args: GivenArgs & { readonly images: string }): SheetArgs | undefined {
  const pictures = parseInteger('sheet-pictures', args['sheet-pictures'] ?? '6', 1, MAX_PICTURES)
  const quality = parseInteger('sheet-quality', args['sheet-quality'] ?? '55', 1, 100)
  const path = args.sheet
  if (path === undefined) {
    for (const name of ['sheet-pictures', 'sheet-quality'] as const) {
      if (args[name] !== undefined) throw usage(`--${name}: expected --sheet with it, got none`)
    }
    return undefined
  }
  checkEnding('sheet', path, 'png')
  // In that folder the sheet would replace a picture, or count as one in the next run.
  if (dirname(resolve(path)) === resolve(args.images)) {
    throw usage(`--sheet: expected a file outside the folder of pictures, got ${JSON.stringify(path)}`)
  }
  return { path, pictures, quality }
}
