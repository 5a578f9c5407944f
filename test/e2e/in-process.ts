import { transcodeParts } from '../../src/bench/transcode-parts.ts'
import { createTranscodeApp } from '../../src/edge/transcoder/app.ts'
import { createRuntime } from '../../src/node/compose.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { fakeEncode } from '../origin/fixtures.ts'

/** The real transcoder in this process. */
export async function transcoderApp() {
  return createTranscodeApp(transcodeParts(await createRuntime('wasm')))
}

/** The origin in this process: it renders, and its COMPASS layers hold hashes. */
export async function originApp() {
  return createOriginApp({ encode: fakeEncode, config: readConfig({}) })
}
