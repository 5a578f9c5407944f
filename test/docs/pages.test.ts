import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorOf, headingsOf, readPage, readPages } from './markdown.ts'

const ROOT = new URL('../../', import.meta.url)
const pages = readPages()

/** Targets of links to files of this repository. */
function linksOf(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

describe('README.md', () => {
  it('is at most 130 lines long', () => {
    expect(readPage('README.md').text.split('\n').length - 1).toBeLessThanOrEqual(130)
  })

  it('leads to every page of docs/', () => {
    const linked = linksOf(readPage('README.md').text).map((target) => target.split('#')[0])
    const docs = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'))
    expect(docs.filter((path) => !linked.includes(path))).toEqual([])
  })
})

describe.each(pages)('$path', ({ path, text }) => {
  it('links to files and headings that exist', () => {
    const broken = linksOf(text).filter((target) => {
      const [file = '', anchor] = target.split('#')
      const linked = file === '' ? path : posix.join(posix.dirname(path), file)
      if (!existsSync(new URL(linked, ROOT))) return true
      if (anchor === undefined) return false
      return !headingsOf(readPage(linked)).some((heading) => anchorOf(heading) === anchor)
    })
    expect(broken).toEqual([])
  })

  it('has tables whose rows are as long as their heads', () => {
    const widths = (line: string) => line.replaceAll(/`[^`]*`/g, '').split('|').length
    const uneven = text.split('\n').filter((line, i, lines) => {
      const previous = lines[i - 1] ?? ''
      return line.startsWith('|') && previous.startsWith('|') && widths(line) !== widths(previous)
    })
    expect(uneven).toEqual([])
  })
})

describe('CHANGELOG.md', () => {
  it('has the unreleased changes first, and the version of package.json', () => {
    const [first, ...others] = headingsOf(readPage('CHANGELOG.md')).filter((heading) =>
      heading.startsWith('['),
    )
    const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
    expect(first).toBe('[Unreleased]')
    expect(others.map((heading) => /^\[([^\]]+)\]/.exec(heading)?.[1])).toContain(version)
  })
})
