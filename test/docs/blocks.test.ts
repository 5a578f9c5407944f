import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { experimental_readRawConfig } from 'wrangler'
import { blocksOf, inlineCode, readPages } from './markdown.ts'

const pages = readPages()
const blocks = pages.flatMap(blocksOf)
const inLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language))

describe('blocks of code', () => {
  it('name a language that is checked here', () => {
    const known = ['ts', 'js', 'json', 'toml', 'html']
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([])
  })

  // test/e2e/fixture.test.ts checks their types.
  it.each(inLanguage('ts', 'js'))('$page: $language parses: $code', ({ code, language }) => {
    const { diagnostics } = ts.transpileModule(code, {
      fileName: `block.${language}`,
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, allowJs: true },
    })
    expect(diagnostics?.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual(
      [],
    )
  })

  it.each(inLanguage('json'))('$page: JSON parses', ({ code }) => {
    expect(() => JSON.parse(code)).not.toThrow()
  })

  it.each(inLanguage('toml'))('$page: wrangler reads the TOML', async ({ code }) => {
    const folder = await mkdtemp(join(tmpdir(), 'strata-docs-'))
    try {
      const config = join(folder, 'wrangler.toml')
      await writeFile(config, code)
      const { rawConfig } = experimental_readRawConfig({ config })
      expect(Object.keys(rawConfig).length).toBeGreaterThan(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each(inLanguage('html'))('$page: scripts in HTML parse', ({ code }) => {
    const scripts = [...code.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script)
    for (const script of scripts) {
      const { diagnostics } = ts.transpileModule(script, { fileName: 'block.js', reportDiagnostics: true })
      expect(diagnostics).toEqual([])
    }
    expect(code).toMatch(/^<\w+/)
  })
})

describe('names of the package', () => {
  it.each(pages)('$path imports what package.json exports', (page) => {
    const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    const texts = [...blocksOf(page).map(({ code }) => code), ...inlineCode(page)]
    const imported = texts.flatMap((text) => [
      ...text.matchAll(/(?<![\w/])strata-cdn(\/[\w./-]+)?(?=['"`\s]|$)/g),
    ])
    const names = imported.map(([, path = '']) => `.${path}`)
    expect(names.filter((name) => !(name in exports))).toEqual([])
  })
})
