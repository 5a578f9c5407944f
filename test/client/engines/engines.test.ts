import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { chromium } from './chromium.ts'
import { missingProgram } from './engine.ts'
import { fallback } from './fallback.ts'
import { firefox } from './firefox.ts'
import { growth } from './growth.ts'
import { painting } from './painting.ts'
import { restoring } from './restoring.ts'
import { saving } from './saving.ts'
import { Stage } from './stage.ts'
import { webkit } from './webkit.ts'

describe('the browser library', { timeout: 180_000 }, () => {
  const stage = new Stage()
  beforeAll(() => stage.start(), 240_000)
  afterAll(() => stage.stop(), 60_000)

  for (const kind of [chromium, firefox, webkit]) {
    const missing = missingProgram(kind)
    if (missing) console.warn(`${kind.name} is not tested: ${missing} is missing`)
    describe.skipIf(missing)(`in ${kind.name}`, () => {
      beforeAll(async () => {
        stage.engine = await kind.launch()
        console.log(`${kind.name} ${stage.engine.version}`)
      }, 120_000)
      beforeEach(() => stage.renew())
      afterEach(() => stage.tab?.close())
      afterAll(() => stage.engine?.close(), 60_000)
      describe('painting', () => painting(stage))
      describe('growth', () => growth(stage))
      describe('restoring', () => restoring(stage))
      describe('fallback', () => fallback(stage))
      describe('saving', () => saving(stage))
    })
  }
})
