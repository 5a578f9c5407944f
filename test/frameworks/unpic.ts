import { transformBaseImageProps, transformBaseSourceProps } from '@unpic/core/base'
import type { TransformerFunction } from 'unpic'
import { type StrataOperations, type StrataOptions, transform } from '../../src/client/frameworks/unpic.ts'
import { element, type Rendering } from './markup.ts'

/** Whether unpic's components take it is for the type checker. */
const transformer: TransformerFunction<StrataOperations, StrataOptions> = transform

/** What the components of unpic for all frameworks put on their elements. */
export function renderUnpic(base: string): Rendering[] {
  const cat = { src: 'cat', width: 640, height: 427, transformer, options: { base }, alt: 'A cat' }
  const breakpoints = [320, 640]
  return [
    { name: 'a constrained picture', html: element(transformBaseImageProps(cat)) },
    {
      name: 'a fixed one',
      html: element(transformBaseImageProps({ ...cat, width: 200, height: 200, layout: 'fixed' })),
      ratio: 1,
    },
    {
      name: 'one of the width of the page',
      html: element(
        transformBaseImageProps({
          ...{ src: `${base}/img/cat?w=64&q=30`, layout: 'fullWidth', alt: '', transformer },
          breakpoints: [640, 2048, 6016],
        }),
      ),
    },
    {
      name: 'a source of a format, with operations',
      html: element(
        transformBaseSourceProps({
          ...{ ...cat, breakpoints, type: 'image/jpeg', operations: { quality: 60, fit: 'contain' } },
        }),
      ),
      type: 'image/jpeg',
    },
    {
      name: 'a crop about a point',
      html: element(
        transformBaseImageProps({
          ...cat,
          breakpoints,
          width: 300,
          height: 300,
          operations: { focus: [0, 0.5] },
        }),
      ),
      ratio: 1,
    },
  ]
}
