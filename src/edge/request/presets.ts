import { invalidParam } from '../../core/errors.ts'
import { single } from '../../core/parameters.ts'
import { IMAGE_PARAMS, type ImageParams, parseImageParams } from './params.ts'

export interface PresetRules {
  /** Parameters of pictures by name, as a query such as `w=400&ar=16:9`. */
  readonly presets: Readonly<Record<string, string>>
  /** Whether a URL may name a preset and nothing else, so that nobody can ask for other pictures. */
  readonly presetsOnly: boolean
}

/**
 * The parameters of a request: those of its preset, and over them those of its URL.
 * @throws StrataError PARAM_INVALID for an unknown preset, and for anything beside one where only presets are answered
 */
export function withPreset(query: URLSearchParams, { presets, presetsOnly }: PresetRules): URLSearchParams {
  const name = single(query, 'preset')
  if (presetsOnly) {
    const other = IMAGE_PARAMS.find((param) => query.has(param))
    if (other !== undefined) throw invalidParam(other, 'only preset', query.get(other))
  }
  if (name === undefined) {
    if (!presetsOnly) return query
    throw invalidParam('preset', oneOf(presets), 'none')
  }
  if (!Object.hasOwn(presets, name)) throw invalidParam('preset', oneOf(presets), name)
  const merged = new URLSearchParams(presets[name])
  for (const param of new Set(query.keys())) {
    merged.delete(param)
    for (const value of query.getAll(param)) merged.append(param, value)
  }
  return merged
}

/** The parameters of the preset that a URL names: of what it lists there are only so many variants. */
export function presetParams(query: URLSearchParams, { presets }: PresetRules): Partial<ImageParams> {
  const preset = presets[single(query, 'preset') ?? '']
  return preset === undefined ? {} : parseImageParams(new URLSearchParams(preset))
}

function oneOf(presets: PresetRules['presets']): string {
  return Object.keys(presets).join(' or ') || 'nothing, as there are no presets'
}
