/** What a framework wrote, and what the pictures in it must be. */
export interface Rendering {
  readonly name: string
  readonly html: string
  /** @default 'image/webp', what the test's browser likes best */
  readonly type?: string
  /** Width over height of every picture. @default that of the source */
  readonly ratio?: number
  /** Width that `1x` stands for, where that is exact. */
  readonly width?: number
}

export interface Candidate {
  readonly url: string
  /** As promised; undefined for `src`, and for a density alone. */
  readonly width: number | undefined
}

/** The markup of an element; what is undefined is no attribute. */
export function element(attributes: Readonly<Record<string, unknown>>): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && typeof value !== 'object')
    .map(([name, value]) => ` ${name}="${String(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`)
  return `<img${written.join('')}>`
}

/** All addresses in the markup, as a browser reads them. */
export function candidatesIn({ html, width }: Rendering): Candidate[] {
  const read = (name: string) =>
    [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'gi'))].map(([, text = '']) =>
      text.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    )
  const listed = read('srcset').flatMap((text) => text.split(/,\s+/))
  return [
    ...read('src').map((url) => ({ url, width: undefined })),
    ...listed.map((candidate) => {
      const [, url = '', number, unit] = /^(\S+) ([\d.]+)([wx])$/.exec(candidate) ?? []
      return { url, width: unit === 'w' ? Number(number) : width && Number(number) * width }
    }),
  ]
}
