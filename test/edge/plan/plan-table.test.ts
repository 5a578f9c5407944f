import { describe, expect, it } from 'vitest'
import { focusText } from '../../../src/core/parameters.ts'
import { planLabel } from '../../../src/edge/plan/label.ts'
import { makePlan } from '../../../src/edge/plan/plan.ts'
import type { Plan, PlanRules } from '../../../src/edge/plan/types.ts'
import { readAccept } from '../../../src/edge/request/accept.ts'
import { readHints } from '../../../src/edge/request/hints.ts'
import { parseImageParams } from '../../../src/edge/request/params.ts'
import type { LayerInfo, StrataHeader } from '../../../src/format/types.ts'

/*
 * One request a line:   query | headers | plan
 *
 *   headers  W600 Sec-CH-Width   V400 Sec-CH-Viewport-Width   D2 Sec-CH-DPR   w600 v400 d2 the same without Sec-CH
 *            S Save-Data: on     N Accept: image/vnd.strata     B a browser's Accept   A:image/png,…  that Accept (without spaces)
 *   plan     FORMAT WxH LAYER [qQ] [htF] [cover[@x,y] | contain.bg] [dpr=D] Vary    q and ht where they are not 75 and 1
 *            native LAYER [dpr=D] Vary
 *            the code and the parameter of an error
 *   Vary     A Accept, S Save-Data, else the letters of the hints; - for none
 */
const LETTERS: Readonly<Record<string, string>> = {
  W: 'Sec-CH-Width',
  V: 'Sec-CH-Viewport-Width',
  D: 'Sec-CH-DPR',
  w: 'Width',
  v: 'Viewport-Width',
  d: 'DPR',
  S: 'Save-Data',
  A: 'Accept',
}

const RULES: PlanRules = {
  defaultWidth: 1280,
  maxTranscodeWidth: 1920,
  maxEmbedWidth: 1600,
  hints: 'fill',
  hintWidths: [320, 384, 640, 750, 828, 1080, 1280, 1920, 3840],
  formats: ['avif', 'webp', 'jpeg'],
  hyperThumbnail: 'asked',
  exactQuality: false,
  allowedWidths: [],
  embedModels: [],
  canRender: false,
}
/** What Chromium sends for an `<img>`. */
const BROWSER = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

/** 5000 x 2500, layers 0 to 6. */
const WIDE = picture(5000, 2500, [320, 640, 1280, 1920, 2560, 3840, 5000])
/** 1000 x 1500: layers of 320x480, 640x960, 1000x1500. */
const TALL = picture(1000, 1500, [320, 640, 1000])
/** 500 x 375: 320x240, 500x375. */
const SMALL = picture(500, 375, [320, 500])
/** 1280 x 800, the last two layers of the same width: layer 2 is the better one. */
const TWICE = picture(1280, 800, [640, 1280, 1280])
/** Even the base layer is wider than what may be decoded. */
const HUGE = picture(8000, 4000, [4000, 8000])
/** 1200 x 20000: layers of 320x5333, 640x10667, 1200x20000. */
const TOWER = picture(1200, 20000, [320, 640, 1200])
/** A pixel. */
const DOT = picture(1, 1, [1])

table('an explicit w', WIDE, {}, [
  'w=1 | | jpeg 1x1 0 AS',
  'w=319 | | jpeg 319x160 1 AS',
  'w=320 | | jpeg 320x160 1 AS',
  'w=321 | | jpeg 321x161 1 AS',
  'w=640 | | jpeg 640x320 2 AS',
  'w=641 | | jpeg 641x321 2 AS',
  'w=1280 | | jpeg 1280x640 3 AS',
  'w=1281 | | jpeg 1281x641 3 AS',
  'w=1920 | | jpeg 1920x960 3 AS',
  'w=1921 | | jpeg 1920x960 3 AS',
  'w=5000 | | jpeg 1920x960 3 AS',
  'w=999999 | | jpeg 1920x960 3 AS',
  'w=000640 | | jpeg 640x320 2 AS',
  'w=640 | W1900 D2 | jpeg 640x320 2 AS',
  'w=640 | V1900 D2 | jpeg 640x320 2 AS',
  'w=640 | w1900 d2 | jpeg 640x320 2 AS',
  'w=640&utm_source=x&W=9 | | jpeg 640x320 2 AS',
  'w=640&exp=1&kid=a&sig=b | | jpeg 640x320 2 AS',
])

table('dpr of the URL', WIDE, {}, [
  'w=320&dpr=1 | | jpeg 320x160 1 AS',
  'w=320&dpr=2 | | jpeg 640x320 2 AS',
  'w=320&dpr=2.01 | | jpeg 643x322 2 AS',
  'w=213&dpr=1.5 | | jpeg 320x160 1 AS',
  'w=214&dpr=1.5 | | jpeg 321x161 1 AS',
  'w=640&dpr=0.5 | | jpeg 320x160 1 AS',
  'w=320&dpr=4 | | jpeg 1280x640 3 AS',
  'w=320&dpr=9 | | jpeg 1280x640 3 AS',
  'w=320&dpr=99 | | jpeg 1280x640 3 AS',
  'w=320&dpr=2 | D4 | jpeg 640x320 2 AS',
  'dpr=2 | | jpeg 1280x640 3 AWVDwvdS',
  'dpr=2 | V320 | jpeg 640x320 2 dpr=2 AWVDS',
  'dpr=2 | V320 D4 | jpeg 640x320 2 dpr=2 AWVDS',
  'dpr=4 | W640 D2 | jpeg 640x320 2 dpr=2 AWDS',
])

table('no w, or w=auto', WIDE, {}, [
  ' | | jpeg 1280x640 3 AWVDwvdS',
  'w=auto | | jpeg 1280x640 3 AWVDwvdS',
  'w=auto | W600 | jpeg 640x320 2 dpr=1.0667 AWDS',
  ' | W1 | jpeg 320x160 1 dpr=320 AWDS',
  ' | W320 | jpeg 320x160 1 dpr=1 AWDS',
  ' | W321 | jpeg 384x192 1 dpr=1.1963 AWDS',
  ' | W600 | jpeg 640x320 2 dpr=1.0667 AWDS',
  ' | W600 D2 | jpeg 640x320 2 dpr=2.1333 AWDS',
  ' | W640 D2 | jpeg 640x320 2 dpr=2 AWDS',
  ' | W640 D0.5 | jpeg 640x320 2 dpr=0.5 AWDS',
  ' | W5000 D4 | jpeg 1920x960 3 dpr=1.536 AWDS',
  ' | W600 V2000 D2 | jpeg 640x320 2 dpr=2.1333 AWDS',
  ' | V320 | jpeg 320x160 1 dpr=1 AWVDS',
  ' | V320 D2 | jpeg 640x320 2 dpr=2 AWVDS',
  ' | V600 D2 | jpeg 1280x640 3 dpr=2.1333 AWVDS',
  ' | V320 D3 | jpeg 1080x540 3 dpr=3.375 AWVDS',
  ' | V320 D9 | jpeg 1280x640 3 dpr=4 AWVDS',
  ' | V412 D2.625 | jpeg 1280x640 3 dpr=3.1068 AWVDS',
  ' | D3 | jpeg 1280x640 3 AWVDwvdS',
  'f=jpeg | | jpeg 1280x640 3 WVDwvdS',
  'f=jpeg | W600 | jpeg 640x320 2 dpr=1.0667 WDS',
  'f=jpeg | V600 | jpeg 640x320 2 dpr=1.0667 WVDS',
])

table('legacy hints', WIDE, {}, [
  ' | w600 | jpeg 640x320 2 dpr=1.0667 AWVDwvdS',
  ' | w600 d2 | jpeg 640x320 2 dpr=2.1333 AWVDwvdS',
  ' | w600 D2 | jpeg 640x320 2 dpr=2.1333 AWVDwvdS',
  ' | w600 v2000 d2 | jpeg 640x320 2 dpr=2.1333 AWVDwvdS',
  ' | v320 d2 | jpeg 640x320 2 dpr=2 AWVDwvdS',
  ' | v320 | jpeg 320x160 1 dpr=1 AWVDwvdS',
  ' | v320 d9 | jpeg 1280x640 3 dpr=4 AWVDwvdS',
  ' | d3 | jpeg 1280x640 3 AWVDwvdS',
  ' | W400 w1600 | jpeg 640x320 2 dpr=1.6 AWDS',
  ' | V320 D2 w1600 d1 | jpeg 640x320 2 dpr=2 AWVDS',
  ' | V320 d2 | jpeg 320x160 1 dpr=1 AWVDS',
  'w=320 | w1600 d2 | jpeg 320x160 1 AS',
])

table('hints that cannot be read', WIDE, {}, [
  ' | W0 | jpeg 1280x640 3 AWVDwvdS',
  ' | W-5 | jpeg 1280x640 3 AWVDwvdS',
  ' | W1e3 | jpeg 1280x640 3 AWVDwvdS',
  ' | W600.5 | jpeg 1280x640 3 AWVDwvdS',
  ' | W600,700 | jpeg 1280x640 3 AWVDwvdS',
  ' | W1234567 | jpeg 1280x640 3 AWVDwvdS',
  ' | Wwide V320 | jpeg 320x160 1 dpr=1 AWVDS',
  ' | V320 D0 | jpeg 320x160 1 dpr=1 AWVDS',
  ' | V320 DNaN | jpeg 320x160 1 dpr=1 AWVDS',
  ' | V320 D-2 | jpeg 320x160 1 dpr=1 AWVDS',
  ' | W0 w600 | jpeg 640x320 2 dpr=1.0667 AWVDwvdS',
])

table('hints: cap', WIDE, { hints: 'cap' }, [
  'w=1900 | | jpeg 1900x950 3 AWVDwvdS',
  'w=1900 | W600 | jpeg 640x320 2 AWDS',
  'w=320 | W1900 | jpeg 320x160 1 AWDS',
  'w=1900 | V320 D2 | jpeg 640x320 2 AWVDS',
  'w=1900 | w600 | jpeg 640x320 2 AWVDwvdS',
  'w=640&dpr=2 | W600 | jpeg 640x320 2 AWDS',
  'w=640&dpr=2 | W5000 | jpeg 1280x640 3 AWDS',
  'w=640&dpr=1 | V320 D4 | jpeg 320x160 1 AWVDS',
  ' | W600 | jpeg 640x320 2 dpr=1.0667 AWDS',
  ' | | jpeg 1280x640 3 AWVDwvdS',
  'w=auto | W600 | jpeg 640x320 2 dpr=1.0667 AWDS',
  'f=native&w=5000 | W600 | native 1 WD',
])

table('hints: off', WIDE, { hints: 'off' }, [
  ' | W300 | jpeg 1280x640 3 AS',
  ' | V300 D2 | jpeg 1280x640 3 AS',
  ' | w300 | jpeg 1280x640 3 AS',
  'w=auto | W300 | jpeg 1280x640 3 AS',
  'f=jpeg | W300 | jpeg 1280x640 3 S',
  'w=640 | W300 | jpeg 640x320 2 AS',
])

table('other limits', WIDE, { defaultWidth: 300, maxTranscodeWidth: 1400 }, [
  ' | | jpeg 300x150 1 AWVDwvdS',
  'w=1300 | | jpeg 1280x640 2 AS',
  'w=5000 | | jpeg 1280x640 2 AS',
  'f=native&w=5000 | | native 6 -',
])

table('the format', WIDE, {}, [
  'w=640 | A:*/* | jpeg 640x320 2 AS',
  'w=640 | A:image/avif,image/webp,*/*;q=0.8 | avif 640x320 2 AS',
  'w=640 | A:image/webp | webp 640x320 2 AS',
  'w=640 | N | native 1 A',
  'w=640 | A:image/vnd.strata,image/jpeg | native 1 A',
  'w=640 | A:image/vnd.strata;q=0.5,image/jpeg | jpeg 640x320 2 AS',
  'w=640 | A:image/vnd.strata;q=0.5,image/jpeg;q=0.4 | native 1 A',
  'w=640 | A:image/vnd.strata;q=0.5,*/* | jpeg 640x320 2 AS',
  'w=640 | A:image/vnd.strata,*/*;q=0.8 | native 1 A',
  'w=640 | A:image/vnd.strata;q=0 | jpeg 640x320 2 AS',
  'w=640 | A:image/vnd.strata,image/jpeg;q=0 | native 1 A',
  'w=640 | A:image/jpeg;q=0 | NOT_ACCEPTABLE Accept',
  'w=640 | A:image/jpeg;q=0,*/* | NOT_ACCEPTABLE Accept',
  'w=640 | A:image/avif,*/*;q=0 | avif 640x320 2 AS',
  'w=640 | A:image/vnd.strata;q=x | jpeg 640x320 2 AS',
  'w=640&f=auto | N | native 1 A',
  'w=640&f=jpeg | N | jpeg 640x320 2 S',
  'w=640&f=jpeg | A:image/jpeg;q=0 | jpeg 640x320 2 S',
  'w=640&f=native | A:image/jpeg | native 1 -',
  'w=640&f=native | | native 1 -',
])

table('native files', WIDE, {}, [
  'f=native | | native 6 WVDwvd',
  'f=native&w=auto | | native 6 WVDwvd',
  'f=native | W600 | native 1 dpr=1.0667 WD',
  'f=native | V320 D2 | native 1 dpr=2 WVD',
  'f=native&w=1 | | native 0 -',
  'f=native&w=321 | | native 1 -',
  'f=native&w=1921 | | native 4 -',
  'f=native&w=2561 | | native 5 -',
  'f=native&w=5000 | | native 6 -',
  'f=native&w=999999 | | native 6 -',
  'f=native&w=320&dpr=2 | | native 1 -',
  ' | N | native 2 AWVDwvd',
  ' | N W600 | native 1 dpr=1.0667 AWD',
  'w=5000 | N | native 6 A',
  'f=native&w=640&h=10&fit=cover&bg=fff&q=1&ht=4 | | native 1 -',
  'f=native&w=640 | S | native 1 -',
])

table('a small picture', SMALL, {}, [
  'w=320 | | jpeg 320x240 1 AS',
  'w=321 | | jpeg 321x241 1 AS',
  'w=4000 | | jpeg 500x375 1 AS',
  ' | | jpeg 500x375 1 AWVDwvdS',
  ' | W1000 D2 | jpeg 500x375 1 dpr=1 AWDS',
  'f=native&w=4000 | | native 1 -',
])

table('two layers of one width', TWICE, {}, [
  'w=640 | | jpeg 640x400 2 AS',
  'w=641 | | jpeg 641x401 2 AS',
  'w=4000 | | jpeg 1280x800 2 AS',
  'f=native&w=700 | | native 2 -',
  'f=native&w=640 | | native 0 -',
  'w=1280&h=800 | | jpeg 1280x800 2 AS',
  'w=1000&h=1000&fit=cover | | jpeg 800x800 2 cover AS',
])

table('a base layer above the limit', HUGE, {}, [
  'w=100 | | jpeg 100x50 0 AS',
  'w=8000 | | jpeg 4000x2000 0 AS',
  'w=100&h=100 | | jpeg 100x50 0 AS',
  'f=native&w=8000 | | native 1 -',
])

table('a picture of one pixel', DOT, {}, [
  'w=999999&dpr=4 | | jpeg 1x1 0 AS',
  'w=100&h=100 | | jpeg 1x1 0 AS',
  'w=100&h=100&fit=cover | | jpeg 1x1 0 AS',
  'w=100&h=50&fit=cover | | jpeg 1x1 0 AS',
  'w=100&h=100&bg=000 | | jpeg 1x1 0 AS',
  'f=native | | native 0 WVDwvd',
])

table('fit=contain with h: inside the box', WIDE, {}, [
  'w=640&h=320 | | jpeg 640x320 2 AS',
  'w=640&h=9000 | | jpeg 640x320 2 AS',
  'w=600&h=9000 | | jpeg 600x300 2 AS',
  'w=600&h=9000&fit=contain | | jpeg 600x300 2 AS',
  'w=1280&h=320 | | jpeg 640x320 2 AS',
  'w=1280&h=100 | | jpeg 200x100 0 AS',
  'w=1280&h=1 | | jpeg 2x1 0 AS',
  'w=1&h=1 | | jpeg 1x1 0 AS',
  'w=300&h=100&dpr=2 | | jpeg 400x200 1 AS',
  'w=1900&h=1000 | | jpeg 1900x950 3 AS',
  'w=4000&h=4000 | | jpeg 1920x960 3 AS',
  'w=999999&h=999999 | | jpeg 1920x960 3 AS',
  'h=100 | | jpeg 200x100 0 AWVDwvdS',
  'h=9000 | | jpeg 1280x640 3 AWVDwvdS',
  'h=9000 | W600 D2 | jpeg 640x320 2 dpr=2.1333 AWDS',
  'h=100 | W600 D2 | jpeg 427x213 2 dpr=2.1333 AWDS',
  'h=100 | V600 D2 | jpeg 427x213 2 dpr=2.1333 AWVDS',
  'w=640&fit=contain | | jpeg 640x320 2 AS',
  'w=640&bg=fff | | jpeg 640x320 2 AS',
])

table('fit=contain with h and bg: the whole box', WIDE, {}, [
  'w=600&h=600&bg=ffffff | | jpeg 600x600 2 contain.ffffff AS',
  'w=600&h=300&bg=fff | | jpeg 600x300 2 AS',
  'w=640&h=320&bg=fff | | jpeg 640x320 2 AS',
  'w=640&h=640&bg=fff | | jpeg 640x640 2 contain.ffffff AS',
  'w=600&h=100&bg=F80 | | jpeg 600x100 0 contain.ff8800 AS',
  'w=300&h=300&dpr=2&bg=000 | | jpeg 600x600 2 contain.000000 AS',
  'w=100&h=1000&bg=000 | | jpeg 100x1000 0 contain.000000 AS',
  // Never enlarged: the box shrinks in its own proportions, to the widest layer that is decoded.
  'w=3840&h=3840&bg=000 | | jpeg 1920x1920 3 contain.000000 AS',
  'w=100000&h=50000&bg=000 | | jpeg 1920x960 3 AS',
  // Bars are bounded as well: at most twice maxTranscodeWidth.
  'w=100&h=38400&bg=000 | | jpeg 11x4096 0 contain.000000 AS',
  'w=600&h=600&bg=ffffff | N | native 1 A',
])

table('ar', WIDE, {}, [
  'w=640&ar=16:9 | | jpeg 640x360 2 cover AS',
  'w=640&ar=1 | | jpeg 640x640 3 cover AS',
  'w=640&ar=2:1 | | jpeg 640x320 2 AS',
  'w=320&dpr=2&ar=4:3 | | jpeg 640x480 3 cover AS',
  'h=360&ar=16:9 | | jpeg 640x360 2 cover AS',
  'h=180&dpr=2&ar=16:9 | | jpeg 640x360 2 cover AS',
  'ar=16:9 | W640 | jpeg 640x360 2 cover dpr=1 AWDS',
  'ar=1:1 | | jpeg 960x960 3 cover AWVDwvdS',
  'w=640&ar=16:9&fit=contain | | jpeg 640x320 2 AS',
  'w=640&ar=16:9&fit=contain&bg=fff | | jpeg 640x360 2 contain.ffffff AS',
  'w=640&h=10&ar=16:9 | | PARAM_INVALID ar',
])

table('ar where sizes are bounded', WIDE, { allowedWidths: [320, 640] }, [
  'w=640&ar=16:9 | | jpeg 640x360 2 cover AS',
  'h=320&ar=1:2 | | jpeg 160x320 2 cover AS',
  'w=500&ar=16:9 | | PARAM_INVALID w',
  'h=500&ar=16:9 | | PARAM_INVALID h',
  'w=640&ar=1.7777 | | PARAM_INVALID ar',
  'w=640&ar=22:1 | | PARAM_INVALID ar',
])

table('focus=auto', WIDE, { attention: { x: 0.25, y: 0.5 } }, [
  'w=320&ar=1:1&focus=auto | | jpeg 320x320 2 cover@0.25,0.5 AS',
  'w=320&ar=1:1&focus=1,0 | | jpeg 320x320 2 cover@1,0 AS',
  'w=320&ar=1:1 | | jpeg 320x320 2 cover AS',
])

table('focus=auto of a picture whose attention is not known', WIDE, {}, [
  'w=320&ar=1:1&focus=auto | | jpeg 320x320 2 cover AS',
])

table('focus=auto that is rendered', WIDE, { canRender: true, attention: { x: 0.25, y: 0.5 } }, [
  'w=2400&ar=1:1&focus=auto | | render jpeg 2400x2400 cover@0.25,0.5 else jpeg 960 AS',
])

table('fit=cover with h', WIDE, {}, [
  'w=640&h=320&fit=cover | | jpeg 640x320 2 AS',
  'w=300&h=300&fit=cover | | jpeg 300x300 2 cover AS',
  'w=320&h=320&fit=cover | | jpeg 320x320 2 cover AS',
  'w=320&h=321&fit=cover | | jpeg 320x321 2 cover AS',
  'w=320&h=100&fit=cover | | jpeg 320x100 1 cover AS',
  'w=321&h=100&fit=cover | | jpeg 321x100 1 cover AS',
  'w=100&h=100&fit=cover | | jpeg 100x100 0 cover AS',
  'w=100&h=100&dpr=2&fit=cover | | jpeg 200x200 1 cover AS',
  'w=1&h=1&fit=cover | | jpeg 1x1 0 cover AS',
  'w=1&h=960&fit=cover | | jpeg 1x960 3 cover AS',
  'w=1920&h=1920&fit=cover | | jpeg 960x960 3 cover AS',
  'w=5000&h=2500&fit=cover | | jpeg 1920x960 3 AS',
  'w=999999&h=1&fit=cover | | jpeg 1920x1 3 cover AS',
  'w=300&h=300&fit=cover&bg=fff | | jpeg 300x300 2 cover AS',
  'w=300&fit=cover | | jpeg 300x150 1 AS',
  'h=300&fit=cover | | jpeg 1280x300 3 cover AWVDwvdS',
  'h=300&fit=cover | W600 D2 | jpeg 640x640 3 cover dpr=2.1333 AWDS',
])

table('boxes of a tall picture', TALL, {}, [
  'w=320&h=480 | | jpeg 320x480 1 AS',
  'w=320&h=320 | | jpeg 213x320 0 AS',
  'w=320&h=320&fit=cover | | jpeg 320x320 1 cover AS',
  'w=320&h=320&bg=fff | | jpeg 320x320 0 contain.ffffff AS',
  'w=9&h=1500 | | jpeg 9x14 0 AS',
  'w=2000&h=3000 | | jpeg 1000x1500 2 AS',
  'w=2000&h=1000&fit=cover | | jpeg 1000x500 2 cover AS',
  'w=2000&h=2000&bg=fff | | jpeg 1500x1500 2 contain.ffffff AS',
  'w=1000&h=1500&fit=cover | | jpeg 1000x1500 2 AS',
  'w=640&h=961&fit=cover | | jpeg 640x961 2 cover AS',
])

table('quality', WIDE, {}, [
  'w=640&q=1 | | jpeg 640x320 2 q5 A',
  'w=640&q=100 | | jpeg 640x320 2 q100 A',
  'w=640&q=75 | | jpeg 640x320 2 A',
  'w=640 | S | jpeg 640x320 2 q50 AS',
  'w=640&q=30 | S | jpeg 640x320 2 q30 A',
])

const EMBED = { embedModels: [{ factor: 2, id: 'm' }] } as const
table('quality where the signature covers it', WIDE, { exactQuality: true }, [
  'w=640&q=1 | | jpeg 640x320 2 q1 A',
  'w=640&q=77 | | jpeg 640x320 2 q77 A',
  'w=640 | | jpeg 640x320 2 AS',
])

table('quality of an unsigned URL: steps of 5', WIDE, {}, [
  'w=640&q=2 | | jpeg 640x320 2 q5 A',
  'w=640&q=77 | | jpeg 640x320 2 A',
  'w=640&q=78 | | jpeg 640x320 2 q80 A',
  'w=640&q=99 | | jpeg 640x320 2 q100 A',
])

table('formats', WIDE, {}, [
  'w=640 | B | avif 640x320 2 AS',
  'w=640&f=auto | B | avif 640x320 2 AS',
  'w=640 | A:image/webp,image/avif | avif 640x320 2 AS',
  'w=640 | A:image/webp,image/avif;q=0.9 | webp 640x320 2 AS',
  'w=640 | A:image/avif;q=0.5,image/webp;q=0.6,image/jpeg;q=0.4 | webp 640x320 2 AS',
  'w=640 | A:image/webp;q=0.5,*/* | jpeg 640x320 2 AS',
  'w=640 | A:image/avif;q=0,image/webp,*/* | webp 640x320 2 AS',
  'w=640 | A:image/avif,image/jpeg;q=0 | avif 640x320 2 AS',
  'w=640 | A:image/png | jpeg 640x320 2 AS',
  'w=640 | A:image/* | jpeg 640x320 2 AS',
  'w=640 | A:image/vnd.strata,image/avif | native 1 A',
  'w=640 | A:image/vnd.strata;q=0.9,image/avif | avif 640x320 2 AS',
  'w=640&f=avif | | avif 640x320 2 S',
  'w=640&f=webp | A:image/webp;q=0 | webp 640x320 2 S',
  'w=640&f=png | B | png 640x320 2 S',
  // 1920 x 960 is above what libaom may take of an isolate's memory.
  'w=1920 | B | webp 1920x960 3 AS',
  'w=1920&f=avif | B | PARAM_INVALID f',
  'w=640&f=webp&ht=2 | | PARAM_INVALID ht',
  'w=640&f=webp&ht=1 | | webp 640x320 2 S',
])

table('option formats', WIDE, { formats: ['webp', 'png'] }, [
  'w=640 | B | webp 640x320 2 AS',
  'w=640 | A:image/png,*/*;q=0.5 | png 640x320 2 AS',
  'w=640 | A:image/avif,*/*;q=0.5 | jpeg 640x320 2 AS',
  'w=640 | A:image/avif,*/*;q=0 | NOT_ACCEPTABLE Accept',
])

table('focus', WIDE, {}, [
  'w=300&h=300&fit=cover&focus=0.2,0.75 | | jpeg 300x300 2 cover@0.2,0.75 AS',
  'w=300&h=300&fit=cover&focus=1,0 | | jpeg 300x300 2 cover@1,0 AS',
  'w=300&h=300&focus=0.2,0.75 | | jpeg 300x150 1 AS',
  'w=300&fit=cover&focus=0.2,0.75 | | jpeg 300x150 1 AS',
  'w=640&h=320&fit=cover&focus=0.2,0.75 | | jpeg 640x320 2 AS',
])

table('the best source within the limits', TALL, {}, [
  'w=213 | | jpeg 213x320 0 AS',
  'w=214 | | jpeg 214x321 1 AS',
  'w=426 | | jpeg 426x639 1 AS',
  'w=427 | | jpeg 427x641 2 AS',
  'w=700 | | jpeg 700x1050 2 AS',
])

table('a tall picture is made of the layer that is just wide enough', TOWER, {}, [
  'w=200 | | jpeg 200x3333 0 AS',
  'w=320 | | jpeg 320x5333 0 AS',
  'w=640 | | jpeg 640x10667 1 AS',
])

table('widths of hints', WIDE, { hintWidths: [400, 800] }, [
  ' | W1 | jpeg 400x200 1 dpr=400 AWDS',
  ' | W401 | jpeg 800x400 2 dpr=1.995 AWDS',
  ' | W801 | jpeg 800x400 2 dpr=0.9988 AWDS',
  'w=401 | W500 | jpeg 401x201 1 AS',
  'h=100 | W400 D2 | jpeg 400x200 1 dpr=2 AWDS',
  'h=100 | W700 D2 | jpeg 457x229 2 dpr=2.2857 AWDS',
])

table('with the original: larger than what is decoded here', WIDE, { canRender: true }, [
  'w=1920 | | jpeg 1920x960 3 AS',
  'w=1921 | B | render avif 1921xauto else webp 1920 AS',
  'w=3840 | B | render avif 3840xauto else webp 1920 AS',
  'w=3840&f=webp | | render webp 3840xauto else webp 1920 S',
  'w=3840&f=avif | B | render avif 3840xauto S',
  'w=1920&f=avif | B | render avif 1920xauto S',
  'w=999999 | | render jpeg 5000xauto else jpeg 1920 AS',
  'w=3000&h=100 | | jpeg 200x100 0 AS',
  'w=3000&h=2000&fit=cover&focus=0.5,0 | B | render avif 3000x2000 cover@0.5,0 else avif 1440 AS',
  'w=3000&h=3000&bg=fff | B | render avif 3000x3000 contain ffffff else jpeg 1920 AS',
  ' | W3000 D2 | render jpeg 3840xauto else jpeg 1920 dpr=2.56 AWDS',
  'w=3840 | N | native 5 A',
  'w=640 | B | avif 640x320 2 AS',
])

table('with the original: too large for the best format of the edge', WIDE, { canRender: true }, [
  'w=1732 | B | avif 1732x866 3 AS',
  'w=1733 | B | render avif 1733xauto else webp 1733 AS',
  'w=1920 | B | render avif 1920xauto else webp 1920 AS',
  'w=1920&ht=1 | B | render avif 1920xauto else webp 1920 AS',
  'w=1920 | A:image/webp,*/* | webp 1920x960 3 AS',
  'w=1920 | A:image/avif;q=0.5,image/webp | webp 1920x960 3 AS',
  'w=1920&f=webp | B | webp 1920x960 3 S',
  'w=1920&h=1900&bg=fff | A:image/webp,*/* | render webp 1920x1900 contain ffffff else jpeg 1920 AS',
  'w=1920 | B S | render avif 1920xauto q50 else webp 1920 AS',
])

table('with the original: a layer that takes too long', TOWER, { canRender: true }, [
  'w=320 | A:image/webp | webp 320x5333 0 AS',
  'w=320 | B | render avif 320xauto else webp 320 AS',
  'w=640 | B | render avif 640xauto else jpeg 640 AS',
  'w=1200 | | render jpeg 1200xauto else jpeg 1200 AS',
])

table('hidden detail', WIDE, EMBED, [
  'w=320 | | jpeg 320x160 1 AS',
  'w=640 | | jpeg 640x320 2 AS',
  'w=640&ht=2 | | jpeg 640x320 2 ht2 AS',
  'w=640&ht=2 | S | jpeg 640x320 2 q50 ht2 AS',
  'w=640&ht=1 | | jpeg 640x320 2 AS',
  'w=640 | S | jpeg 640x320 2 q50 AS',
  'w=640&q=80 | S | jpeg 640x320 2 q80 A',
  'w=640&ht=1 | S | jpeg 640x320 2 q50 AS',
  'w=1280 | | jpeg 1280x640 3 AS',
  'w=1280&ht=2 | | jpeg 1280x640 3 AS',
  'w=1280 | S | jpeg 1280x640 3 q50 AS',
  'w=640&ht=4 | | PARAM_INVALID ht',
  'w=640&h=320 | | jpeg 640x320 2 AS',
  'w=600&h=300 | | jpeg 600x300 2 AS',
  'w=600&h=300&ht=2 | | jpeg 600x300 2 ht2 AS',
  'w=300&h=300&fit=cover | | jpeg 300x300 2 cover AS',
  ' | W640 D2 | jpeg 640x320 2 dpr=2 AWDS',
  'w=640 | N | native 1 A',
])

const EMBED_BOTH = {
  embedModels: [
    { factor: 2, id: 'm' },
    { factor: 4, id: 'n' },
  ],
} as const
table('four times the detail, or what there is', WIDE, EMBED_BOTH, [
  'w=320&ht=4 | | jpeg 320x160 2 ht4 AS',
  'w=320&ht=4 | S | jpeg 320x160 2 q50 ht4 AS',
  'w=320&ht=4&q=80 | | jpeg 320x160 2 q80 ht4 A',
  'w=320 | | jpeg 320x160 1 AS',
  'w=320&ht=2 | | jpeg 320x160 1 ht2 AS',
  'w=640&ht=4 | | jpeg 640x320 2 ht2 AS',
  'w=1280&ht=4 | | jpeg 1280x640 3 AS',
  'w=300&h=300&fit=cover&ht=4 | | jpeg 300x300 2 cover AS',
])

table('hidden detail at widths of no layer', WIDE, EMBED, [
  'w=300&ht=2 | | jpeg 300x150 1 ht2 AS',
  'w=321&ht=2 | | jpeg 321x161 2 ht2 AS',
  'w=799&ht=2 | B | jpeg 799x400 3 ht2 AS',
  'w=801&ht=2 | B | avif 801x401 2 AS',
])

table('hidden detail one pixel short by rounding', picture(640, 320, [213, 424, 640]), EMBED, [
  'w=213&ht=2 | | jpeg 213x107 2 ht2 AS',
  'w=212&ht=2 | | jpeg 212x106 1 ht2 AS',
])

table('hyperThumbnail: always', WIDE, { ...EMBED, hyperThumbnail: 'always' }, [
  'w=640 | B | jpeg 640x320 2 ht2 AS',
  'w=640&ht=1 | B | avif 640x320 2 AS',
  'w=640&f=avif | B | avif 640x320 2 S',
  'w=640&q=80 | B | jpeg 640x320 2 q80 ht2 A',
  'w=1280 | B | avif 1280x640 3 AS',
  'w=640 | N | native 1 A',
])

table('hidden detail without a model', WIDE, {}, [
  'w=640&ht=1 | | jpeg 640x320 2 AS',
  'w=640&ht=2 | | PARAM_INVALID ht',
  'w=640&ht=4 | | PARAM_INVALID ht',
])

table('allowed widths', WIDE, { allowedWidths: [200, 320, 640, 1000] }, [
  'w=320 | | jpeg 320x160 1 AS',
  'w=321 | | PARAM_INVALID w',
  'w=1280 | | PARAM_INVALID w',
  'w=320&dpr=2 | | jpeg 640x320 2 AS',
  'w=320&dpr=1.5 | | PARAM_INVALID w',
  'w=320&h=200&fit=cover | | jpeg 320x200 1 cover AS',
  'w=320&h=201&fit=cover | | PARAM_INVALID h',
  'h=200 | | jpeg 400x200 1 AWVDwvdS',
  // What no URL names snaps up to them, or down from above the last.
  ' | | jpeg 1000x500 3 AWVDwvdS',
  ' | W500 | jpeg 640x320 2 dpr=1.28 AWDS',
  ' | W641 | jpeg 1000x500 3 dpr=1.5601 AWDS',
  'h=200&fit=cover | W201 | PARAM_INVALID h',
  'f=native&w=321 | | native 1 -',
])

table('parameters that cannot be used', WIDE, {}, [
  'w=0 | | PARAM_INVALID w',
  'w= | | PARAM_INVALID w',
  'w=-1 | | PARAM_INVALID w',
  'w=12.5 | | PARAM_INVALID w',
  'w=1000000 | | PARAM_INVALID w',
  'w=640&w=640 | | PARAM_INVALID w',
  'h=0 | | PARAM_INVALID h',
  'h=1e3 | | PARAM_INVALID h',
  'dpr=0 | | PARAM_INVALID dpr',
  'dpr=two | | PARAM_INVALID dpr',
  'q=0 | | PARAM_INVALID q',
  'q=101 | | PARAM_INVALID q',
  'f=jpg | | PARAM_INVALID f',
  'focus=0.5 | | PARAM_INVALID focus',
  'focus=0.5,1.1 | | PARAM_INVALID focus',
  'focus=-0.1,0 | | PARAM_INVALID focus',
  'focus=0,0,0 | | PARAM_INVALID focus',
  'focus=, | | PARAM_INVALID focus',
  'fit=stretch | | PARAM_INVALID fit',
  'bg=white | | PARAM_INVALID bg',
  'ht=3 | | PARAM_INVALID ht',
])

describe('every width of every ladder', () => {
  const source = 2400
  const ladders = [[2400], [320, 2400], [320, 640, 1280, 1920, 2400], [1, 2, 3, 5, 8, 13, 2400]]

  it.each(ladders.map((ladder) => [ladder]))(
    'is met exactly, never above the widest decodable layer: %o',
    (ladder) => {
      const header = picture(source, 1200, ladder)
      const decodable = ladder.filter((width) => width <= RULES.maxTranscodeWidth)
      const widest = decodable.at(-1) ?? ladder[0] ?? 0
      for (let w = 1; w <= 2 * source; w += w < 700 ? 1 : 97) {
        const plan = planOf(header, `w=${w}`, '', {})
        if (plan.kind !== 'transcode') throw new Error('expected a picture')
        expect(plan.request.width).toBe(Math.min(w, widest))
        expect(header.layers[plan.request.layer]?.width).toBeGreaterThanOrEqual(plan.request.width)
      }
    },
  )

  it('fits boxes in the proportions asked for without enlarging', () => {
    const header = picture(source, 1600, [300, 600, 1200, 1800, 2400])
    for (const w of [1, 7, 299, 300, 601, 1800, 5000]) {
      for (const h of [1, 13, 200, 400, 1199, 1200, 9000]) {
        const plan = planOf(header, `w=${w}&h=${h}&fit=cover`, '', {})
        if (plan.kind !== 'transcode') throw new Error('expected a picture')
        const { width, height, layer: index } = plan.request
        const layer = header.layers[index] as LayerInfo
        expect(width).toBeLessThanOrEqual(Math.min(w, layer.width))
        expect(height).toBeLessThanOrEqual(Math.min(h, layer.height))
        expect(Math.abs(width * h - height * w)).toBeLessThanOrEqual(Math.max(w, h))
        const inside = planOf(header, `w=${w}&h=${h}`, '', {})
        if (inside.kind !== 'transcode') throw new Error('expected a picture')
        expect(inside.request.width <= w && inside.request.height <= h).toBe(true)
      }
    }
  })
})

function table(name: string, header: StrataHeader, rules: Partial<PlanRules>, rows: readonly string[]): void {
  describe(name, () => {
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
    it.each(cells)('?%s with [%s]: %s', (query = '', headers = '', expected = '') => {
      expect(outcome(header, query, headers, rules)).toBe(expected)
    })
  })
}

function outcome(header: StrataHeader, query: string, headers: string, rules: Partial<PlanRules>): string {
  try {
    return shown(planOf(header, query, headers, rules))
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return `${code} ${message.split(':')[0]}`
  }
}

function planOf(header: StrataHeader, query: string, headers: string, rules: Partial<PlanRules>): Plan {
  const received = new Headers()
  for (const text of headers.split(' ').filter((word) => word !== '')) {
    const value = text.slice(1)
    if (text === 'N') received.set('Accept', 'image/vnd.strata')
    else if (text === 'B') received.set('Accept', BROWSER)
    else if (text === 'S') received.set('Save-Data', 'on')
    else if (text.startsWith('A:')) received.set('Accept', text.slice(2))
    else received.set(LETTERS[text.slice(0, 1)] ?? '', value)
  }
  const input = {
    params: parseImageParams(new URLSearchParams(query)),
    hints: readHints(received),
    accepted: readAccept(received.get('Accept')),
  }
  return makePlan(header, input, { ...RULES, ...rules })
}

function shown(plan: Plan): string {
  const letters = Object.entries(LETTERS)
  const vary = plan.vary.map((header) => letters.find(([, name]) => name === header)?.[0]).join('') || '-'
  const density = plan.contentDpr === undefined ? [] : [`dpr=${Number(plan.contentDpr.toFixed(4))}`]
  if (plan.kind === 'render') return [shownRender(plan), ...density, vary].join(' ')
  const layer = plan.kind === 'transcode' ? plan.request.layer : plan.layer
  expect(plan.length).toBe(1000 * (layer + 1))
  if (plan.kind === 'truncate') return ['native', layer, ...density, vary].join(' ')
  if (plan.kind === 'slice') return ['slice', plan.format, layer, ...density, vary].join(' ')
  const { width, height, format, quality, ht, fit, focus, background } = plan.request
  const words = [format, `${width}x${height}`, layer]
  if (quality !== 75) words.push(`q${quality}`)
  if (ht !== 1) words.push(`ht${ht}`)
  if (fit) words.push(fit + (focus ? `@${focus.x},${focus.y}` : '') + (background ? `.${background}` : ''))
  return [...words, ...density, vary].join(' ')
}

function shownRender({ request, otherwise }: Extract<Plan, { kind: 'render' }>): string {
  const { width, height, format, fit, background, quality } = request
  const focus = request.focus && focusText(request.focus)
  const words = ['render', format, `${width}x${height ?? 'auto'}`]
  if (quality !== 75) words.push(`q${quality}`)
  if (height !== undefined) words.push(fit + (focus ? `@${focus}` : ''))
  if (background !== undefined) words.push(background)
  if (otherwise?.kind === 'transcode')
    words.push(`else ${otherwise.request.format} ${otherwise.request.width}`)
  return words.join(' ')
}

/** A picture of this size with layers of these widths; layer k ends at byte 1000 (k + 1). */
function picture(width: number, height: number, widths: readonly number[]): StrataHeader {
  const layers = widths.map((layerWidth, index) => ({
    ...{
      index,
      quality: 60,
      coding: 'compass' as const,
      flags: 0,
      checksum: 0,
      score: 0,
      start: index === 0 ? 100 : 1000 * index,
      end: 1000 * (index + 1),
    },
    ...{ width: layerWidth, height: Math.max(1, Math.round((height * layerWidth) / width)) },
  }))
  const source = { width, height, sha256: '00'.repeat(16) }
  const rest = {
    version: 2 as const,
    flags: 0,
    headerLength: 100,
    modelSet: '01'.repeat(8),
    placeholder: new Uint8Array(),
  }
  return { ...rest, source, layers, totalLength: 1000 * widths.length }
}

describe('Strata-Plan', () => {
  it.each([
    ['w=600', 'transcode;layer=2;w=600;f=jpeg'],
    ['w=600&f=avif', 'transcode;layer=2;w=600;f=avif'],
    ['w=640&ht=2', 'transcode;layer=2;w=640;f=jpeg;ht=2'],
    ['w=600&f=native', 'truncate;layer=1'],
  ])('?%s: %s', (query, label) => {
    expect(planLabel(planOf(WIDE, query, '', EMBED))).toBe(label)
  })
})

describe('the formats that are tried where an encoder fails', () => {
  it.each([
    ['', 'B', ['webp', 'jpeg']],
    ['', '', []],
    ['&f=avif', 'B', []],
    ['', 'A:image/avif,image/jpeg;q=0', []],
  ])('w=640%s with [%s]: %o', (query, headers, fallbacks) => {
    expect(planOf(WIDE, `w=640${query}`, headers, {})).toMatchObject({ fallbacks })
  })
})
