/*
 * Syntax of parameters that more than one server reads from a query. Each reader names the parameter, what it expects and
 * what came.
 */

import { invalidParam } from './errors.ts'

/** The value of a parameter that may be given once; undefined where it is missing. @throws StrataError PARAM_INVALID */
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
