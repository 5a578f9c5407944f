import { expect, it } from 'vitest'
import { call } from './engine.ts'
import type { Recorder } from './recorder.ts'
import { PATIENCE, type Stage } from './stage.ts'

export function fallback(stage: Stage): void {
  it.each([
    ['WebAssembly', "script-src 'self' 'unsafe-inline'; worker-src 'self'"],
    ['workers', "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'none'"],
  ])('shows the plain picture where a policy forbids %s', async (_, policy) => {
    const headers = { 'Content-Security-Policy': policy }
    stage.pages.setLibraryHeaders(headers)
    await stage.openReplaced('', headers)
    await expectPlain(stage)
    stage.pages.setLibraryHeaders({})
  })

  it.each<[string, NonNullable<Recorder['alter']>, RegExp]>([
    [
      'layers are damaged',
      (_, { body }) => {
        body[body.length >> 1]! ^= 0x55
      },
      /^(FORMAT|ENTROPY)_/,
    ],
    [
      'the server has no layers',
      (_, answer) => {
        answer.status = 404
      },
      /^NOT_FOUND$/,
    ],
  ])('shows the plain picture where %s', async (_, alter, code) => {
    stage.recorder.alter = (path, answer) => {
      if (path.includes('f=native')) alter(path, answer)
    }
    await stage.openReplaced()
    expect((await stage.event('failed')).code).toMatch(code)
    await expectPlain(stage)
  })
}

/** Image `a` shows its plain file, and nothing lies over it. */
async function expectPlain(stage: Stage): Promise<void> {
  const shown = () =>
    call(stage.tab, () => {
      const { currentSrc, complete, naturalWidth } = document.getElementById('a') as HTMLImageElement
      return { currentSrc, complete, naturalWidth, canvases: document.querySelectorAll('canvas').length }
    })
  const plain = { currentSrc: `${stage.cdn}/img/hills?w=320`, complete: true, naturalWidth: 320, canvases: 0 }
  await expect.poll(shown, PATIENCE).toEqual(plain)
}
