import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { anchorOf, blocksOf, headingsOf, inlineCode, type Page, readPage } from '../docs/markdown.ts'
import { astroImage, elementOf } from './astro.ts'
import { blocksNamed, DOCUMENTED, runBlock } from './blocks.ts'
import { nuxtImage } from './nuxt.ts'
import { hasFrameworks } from './packages.ts'

const ROOT = new URL('../../', import.meta.url)
const FOLDER = 'docs/frameworks'
const pages = readdirSync(new URL(FOLDER, ROOT)).map((name) => readPage(posix.join(FOLDER, name)))
const { exports } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
const INDEX = readPage(`${FOLDER}/README.md`)

describe('the pages on frameworks', () => {
  it.each(pages)('$path is at most 60 lines long', ({ text }) => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(60)
  })

  it.each(pages)('$path imports what package.json exports', (page) => {
    const texts = [...blocksOf(page).map(({ code }) => code), ...inlineCode(page), page.text]
    const names = texts.flatMap((text) => [...text.matchAll(/(?<![\w/])strata-cdn(\/[\w-]+)?/g)])
    expect(names.map(([, path = '']) => `.${path}`).filter((name) => !(name in exports))).toEqual([])
  })

  it.each(pages)('$path: every block parses', (page) => {
    for (const { code, language } of blocksOf(page)) {
      expect(['js', 'ts', 'jsx', 'html']).toContain(language)
      const text = language === 'html' ? `const element = ${code}` : code
      const { diagnostics } = ts.transpileModule(text, {
        fileName: language === 'ts' ? 'block.ts' : 'block.jsx',
        reportDiagnostics: true,
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          jsx: ts.JsxEmit.Preserve,
        },
      })
      expect(diagnostics).toEqual([])
    }
  })

  it.each(pages)('$path leads to pages and headings that there are', (page) => {
    const links = [...page.text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)]
    for (const [link, path = '', anchor] of links) {
      const target: Page = path === '' ? page : readPage(posix.join(FOLDER, path))
      if (anchor) expect(headingsOf(target).map(anchorOf), link).toContain(anchor)
    }
  })

  it('are all in the index', () => {
    const linked = [...INDEX.text.matchAll(/\]\((\w+\.md)\)/g)].map(([, name]) => `${FOLDER}/${name}`)
    expect([...linked, INDEX.path].sort()).toEqual(pages.map(({ path }) => path).sort())
  })
})

describe('the entries', () => {
  it.each(['url', 'next', 'nuxt', 'unpic', 'astro'])(
    'strata-cdn/%s is below 2 kB and imports nothing',
    async (name) => {
      const entry = exports[`./${name}`].default.replace('./dist', 'src').replace(/js$/, 'ts')
      const { outputFiles, metafile } = await build({
        ...{ entryPoints: [entry], absWorkingDir: new URL('.', ROOT).pathname, bundle: true, minify: true },
        ...{ format: 'esm', platform: 'neutral', write: false, metafile: true },
      })
      const { gzipSync } = await import('node:zlib')
      expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThan(2000)
      expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
      // Neither a page nor a Node program is needed: only what both have is named.
      expect(outputFiles[0]!.text).not.toMatch(/\b(document|window|navigator|location|process|Buffer)\b/)
    },
  )
})

describe('blocks that say what comes out', () => {
  it('are right about plain HTML', async () => {
    const [code = ''] = blocksNamed('html', 'addresses.ts', DOCUMENTED)
    const block = await runBlock<Record<string, string>>(code)
    const said = [...code.matchAll(/\/\*\* `(.+)` \*\/\nexport const (\w+)/g)]
    expect(said.length).toBe(2)
    for (const [, text, name = ''] of said) expect(block[name]).toBe(text)
  })

  it('are right about unpic', async () => {
    const [code = ''] = blocksNamed('unpic', 'addresses.js', DOCUMENTED)
    const block = await runBlock<Record<string, unknown>>(code)
    const said = [...code.matchAll(/^export const (\w+) = .* \/\/ (.+)$/gm)]
    expect(said.length).toBe(2)
    for (const [, name = '', text] of said) expect(block[name]).toEqual(new Function(`return ${text}`)())
  })
})

describe('pictures that already lie somewhere', () => {
  const AT = `${DOCUMENTED}/src/site`

  it('come from the source in Next.js', async () => {
    const code = blocksNamed('next', 'image-loader.js', DOCUMENTED)[1]!
    const { default: loader } = await runBlock<{ default: (props: object) => string }>(code)
    expect(loader({ src: '/photos/Über uns 1.jpg', width: 640, quality: 60 })).toBe(
      `${AT}/photos/%C3%9Cber%20uns%201.jpg?w=640&q=60`,
    )
  })

  it('come from the source in Nuxt', async () => {
    const $img = await nuxtImage(blocksNamed('nuxt', 'nuxt.config.ts', DOCUMENTED)[1]!)
    expect($img('/photos/cat.jpg', { width: 640 })).toBe(`${AT}/photos/cat.jpg?w=640`)
    expect($img('photos/cat.jpg')).toBe(`${AT}/photos/cat.jpg`)
  })

  it.skipIf(!hasFrameworks)('come from the source in Astro, as imported files', async () => {
    const getImage = await astroImage(blocksNamed('astro', 'astro.config.mjs', DOCUMENTED)[1]!)
    const src = { src: '/_astro/cat.B3f2.jpg', width: 1000, height: 500, format: 'jpg' }
    const html = elementOf(await getImage({ src, width: 400, widths: [400, 800, 1600], alt: 'A cat' }))
    const at = (width: number) => `${AT}/_astro/cat.B3f2.jpg?w=${width}`
    expect(html).toBe(
      `<img src="${at(400)}" srcset="${at(400)} 400w, ${at(800)} 800w, ${at(1000)} 1000w" alt="A cat" ` +
        'width="400" height="200" loading="lazy" decoding="async">',
    )
  })
})
