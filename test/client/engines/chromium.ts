import type { Page } from 'playwright-core'
import { CHROMIUM } from '../../exactness/chromium.ts'
import { launch } from '../e2e/browser.ts'
import { asJson, type EngineKind, type Tab } from './engine.ts'

/** Chromium, over its own protocol. */
export const chromium: EngineKind = {
  name: 'Chromium',
  programs: [CHROMIUM],
  async launch() {
    const browser = await launch()
    return {
      version: browser.version(),
      async open() {
        const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
        return tabOf(await context.newPage())
      },
      close: () => browser.close(),
    }
  },
}

function tabOf(page: Page): Tab {
  return {
    async goto(address) {
      await page.goto(address)
    },
    evaluate: async (expression) => JSON.parse(await page.evaluate<string>(asJson(expression))),
    screenshot: () => page.screenshot(),
    async move(points, press = false) {
      for (const [i, { x, y }] of points.entries()) {
        await page.mouse.move(x, y)
        if (press && i === 0) await page.mouse.down()
      }
      if (press) await page.mouse.up()
    },
    close: () => page.context().close(),
  }
}
