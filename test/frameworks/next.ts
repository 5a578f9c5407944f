import Module from 'node:module'
import ts from 'typescript'
import { createLoader, type NextLoaderProps } from '../../src/client/frameworks/next.ts'
import { blocksNamed, runBlock } from './blocks.ts'
import { element, type Rendering } from './markup.ts'
import { requireFramework } from './packages.ts'

type Loader = (props: NextLoaderProps) => string

/** Puts a loader where `images.loaderFile` puts it: in the place of Next.js' own module. */
function useLoader(loader: Loader): void {
  const path = requireFramework.resolve('next/dist/shared/lib/image-loader')
  const module = new Module(path)
  requireFramework.cache[path] = Object.assign(module, {
    exports: { __esModule: true, default: loader },
    loaded: true,
  })
}

/** A page as Next.js renders it on a server. */
function renderPage(code: string, images: object): string {
  const options = { module: ts.ModuleKind.CommonJS, jsx: ts.JsxEmit.ReactJSX, esModuleInterop: true }
  const { outputText } = ts.transpileModule(code, { fileName: 'page.jsx', compilerOptions: options })
  const exports: { default?: unknown } = {}
  new Function('require', 'exports', outputText)(requireFramework, exports)
  const { createElement } = requireFramework('react')
  const { renderToStaticMarkup } = requireFramework('react-dom/server')
  const { imageConfigDefault } = requireFramework('next/dist/shared/lib/image-config')
  const context = requireFramework('next/dist/shared/lib/image-config-context.shared-runtime')
  const value = { ...imageConfigDefault, ...images }
  return renderToStaticMarkup(
    createElement(context.ImageConfigContext.Provider, { value }, createElement(exports.default)),
  )
}

export async function renderNext(base: string): Promise<Rendering[]> {
  const [loaderFile = ''] = blocksNamed('next', 'image-loader.js', base)
  const [configFile = ''] = blocksNamed('next', 'next.config.mjs', base)
  const [page = ''] = blocksNamed('next', 'app/page.jsx', base)
  const { default: loader } = await runBlock<{ default: Loader }>(loaderFile)
  const { default: config } = await runBlock<{ default: { images: object } }>(configFile)
  useLoader(loader)
  const { getImageProps } = requireFramework('next/image')
  const props = (options: object) => element(getImageProps({ alt: '', ...options }).props)
  const jpeg = createLoader({ base, format: 'jpeg', quality: 60 })
  return [
    { name: 'the documented page', html: renderPage(page, config.images) },
    {
      name: 'a picture of one width, by density',
      html: props({ src: 'cat', width: 320, height: 213 }),
    },
    { name: 'a picture that fills', html: props({ src: '/cat', fill: true, sizes: '50vw' }) },
    { name: 'a quality', html: props({ src: 'small', width: 64, height: 43, quality: 75 }) },
    { name: 'an address', html: props({ src: `${base}/img/cat?v=1`, width: 640, height: 427 }) },
    {
      name: 'a loader of its own',
      html: props({ src: 'cat', width: 320, height: 213, loader: jpeg }),
      type: 'image/jpeg',
    },
  ]
}
