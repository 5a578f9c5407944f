/*
 * Parsers of query parameters that both edge and origin read. The error of each names the parameter, the expected and
 * the actual value.
 */

import type { Focus, Point } from './box.ts'
import { invalidParam } from './errors.ts'

/** The value of a parameter that may be given once; undefined when it is missing. @throws StrataError PARAM_INVALID */
export function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  if (values.length > 1) throw invalidParam(name, 'one value', values.join(', '))
  return values[0]
}

/** An integer of 1 to 6 digits within [min, max]. @throws StrataError PARAM_INVALID */
export function integer(name: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw invalidParam(name, `an integer from ${min} to ${max}`, text)
  return value
}

/** One of `values`. @throws StrataError PARAM_INVALID */
export function choice<const T extends string>(name: string, text: string, values: readonly T[]): T {
  const chosen = values.find((value) => value === text)
  if (chosen === undefined) throw invalidParam(name, values.join(' or '), text)
  return chosen
}

/**
 * A number above 0 of at most 9 digits before the point: a side of 999999, at a density of 4, with proportions of 50, has as many.
 * @throws StrataError PARAM_INVALID
 */
export function positive(name: string, text: string): number {
  const value = /^[0-9]{1,9}(\.[0-9]{1,24})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0)) throw invalidParam(name, 'a number above 0', text)
  return value
}

/** Parses a focus: a point, or `auto`. @throws StrataError PARAM_INVALID */
export function focusOf(name: string, text: string): Focus {
  return text === 'auto' ? text : point(name, text, 'auto, or ')
}

/** What `focusOf` reads. */
export function focusText(focus: Focus): string {
  return focus === 'auto' ? focus : `${focus.x},${focus.y}`
}

/** A point of a picture as `x,y`, each from 0 (left, top) to 1 (right, bottom). @throws StrataError PARAM_INVALID */
export function point(name: string, text: string, others = ''): Point {
  const [, x, y] =
    /^([01](?:\.[0-9]{1,6})?|\.[0-9]{1,6}),([01](?:\.[0-9]{1,6})?|\.[0-9]{1,6})$/.exec(text) ?? []
  const inside = Number(x) <= 1 && Number(y) <= 1
  if (!inside) throw invalidParam(name, `${others}x,y, each from 0 to 1, such as 0.5,0.3`, text)
  return { x: Number(x), y: Number(y) }
}
