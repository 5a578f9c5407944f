import { imageAttributes, srcset } from '../../src/client/url.ts'
import { blocksNamed, runBlock } from './blocks.ts'
import { element, type Rendering } from './markup.ts'

/** `srcset` and the rest without any framework. */
export async function renderHtml(base: string): Promise<Rendering[]> {
  const [code = ''] = blocksNamed('html', 'picture.ts', base)
  const { picture } = await runBlock<{ picture: (id: string, alt: string) => string }>(code)
  const size = { width: 640, height: 427 }
  const box = { base, src: 'cat', width: 300, height: 200 }
  return [
    { name: 'the documented picture', html: picture('cat', 'A cat') },
    {
      name: 'a picture of a known width',
      html: element({ ...imageAttributes({ base, src: 'small', ...size, sourceWidth: 500 }) }),
    },
    { name: 'all candidates', html: element({ srcset: srcset({ base, src: 'cat', sourceWidth: 2100 }) }) },
    {
      name: 'a crop',
      html: element({
        ...imageAttributes({ ...box, width: 200, layout: 'fixed', fit: 'cover', focus: [0.2, 1 / 3] }),
      }),
      ratio: 1,
    },
    {
      name: 'a padded picture of a format',
      html: element({ ...imageAttributes({ ...box, height: 300, background: '#fff', format: 'jpeg' }) }),
      ratio: 1,
      type: 'image/jpeg',
    },
  ]
}
