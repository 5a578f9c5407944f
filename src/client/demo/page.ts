/** The script of the demo page (src/worker/demo.html), which the ready Worker shows at its root. */

import type { Info } from './api.ts'
import { Gallery } from './gallery.ts'
import { showRivals } from './rivals.ts'
import { Viewer } from './viewer.ts'
import { showViews } from './views.ts'

let viewer: Viewer | undefined

const gallery = new Gallery((id: string, info: Info) => {
  viewer?.end()
  for (const section of document.querySelectorAll<HTMLElement>('section[hidden]')) section.hidden = false
  viewer = new Viewer(id, info, (painted) => void showRivals(id, info, painted))
  void showViews(id, info)
})
void gallery.follow()
