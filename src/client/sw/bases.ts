import { withoutSlash } from '../address/paths.ts'

/** Absolute addresses where CDNs are mounted, each with a slash at its end. @param href that relative ones are resolved against */
export function basesOf(base: string | readonly string[], href: string): readonly string[] {
  return [base].flat().map((each) => new URL(`${withoutSlash(each)}/`, href).href)
}
