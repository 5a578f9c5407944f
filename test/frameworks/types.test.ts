import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { defineProvider } from '@nuxt/image/runtime'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import strataProvider, { type NuxtProviderOptions } from '../../src/client/frameworks/nuxt.ts'
import { entryUrl, hasFrameworks, requireFramework } from './packages.ts'

/** What a project writes that hands our functions to the frameworks. */
const PROJECT = `
import type { ExternalImageService } from 'astro'
import type { ImageLoader } from 'next/image'
import service from '${fileURLToPath(entryUrl('strata-cdn/astro'))}'
import loader, { createLoader } from '${fileURLToPath(entryUrl('strata-cdn/next'))}'

export const loaders: ImageLoader[] = [loader, createLoader({ base: '/cdn' })]
export const services: ExternalImageService[] = [service]
`

describe('the types of the frameworks', () => {
  it('are met by the provider of Nuxt', () => {
    const provider = defineProvider<NuxtProviderOptions>(strataProvider)()
    const context = { options: {} } as Parameters<typeof provider.getImage>[2]
    const made = provider.getImage('/cat', { baseURL: '/cdn', modifiers: { width: 9 } }, context)
    expect(made).toEqual({ url: '/cdn/img/cat?w=9' })
  })

  it.skipIf(!hasFrameworks)('are met by the loader of Next.js and the service of Astro', async () => {
    const file = requireFramework
      .resolve('next/package.json')
      .replace('node_modules/next/package.json', 'project.ts')
    await writeFile(file, PROJECT)
    const program = ts.createProgram([file], {
      ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, noEmit: true, strict: true },
      ...{ moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true },
      ...{ skipLibCheck: true, types: [], exactOptionalPropertyTypes: true },
    })
    const source = program.getSourceFile(file)
    const found = [...program.getSemanticDiagnostics(source), ...program.getSyntacticDiagnostics(source)]
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})
