import { MARK } from './types.ts'

/** Values of one parameter or header: valid ones, and hostile ones. */
interface Values {
  readonly good: readonly string[]
  readonly bad: readonly string[]
}

/** Values that are invalid for every parameter, URL-encoded. */
export const HOSTILE: readonly string[] = [
  '',
  '%',
  '%ZZ',
  '%00',
  '%0d%0aX-Injected:%20yes',
  '%0aSet-Cookie:%20a=b',
  '%E6%9D%B1%E4%BA%AC',
  '%F0%9F%98%80',
  '%C0%80',
  '%FF%FE',
  '%EF%BC%91%EF%BC%92',
  '%D9%A3%D9%A2',
  '1e3',
  '0x20',
  '+16',
  '-1',
  '016',
  '16%20',
  '%0916',
  '16,24',
  '16;24',
  'NaN',
  'Infinity',
  '1'.repeat(400),
  'a'.repeat(3000),
  '../../etc/passwd',
  "'%22%3Cscript%3E",
  '__proto__',
  'constructor',
  MARK,
  `${MARK}%0d%0a${MARK}:%20${MARK}`,
]

const SIDES = [
  '1',
  '2',
  '7',
  '8',
  '15',
  '16',
  '23',
  '24',
  '30',
  '31',
  '47',
  '48',
  '60',
  '61',
  '62',
  '100',
  '640',
]

/** Parameters of pictures by name, URL-encoded. */
export const PARAMETERS: Readonly<Record<string, Values>> = {
  w: {
    good: [...SIDES, '1280', '99999', '999999', 'auto'],
    bad: ['0', '1000000', '12.5', 'full', '00000016'],
  },
  h: { good: [...SIDES, '4000', '999999'], bad: ['0', 'auto', '1000000', '1.5'] },
  dpr: {
    good: ['1', '2', '1.5', '3', '0.5', '0.01', '9', '99'],
    bad: ['0', '1x', '100', '1.23456', '0.00001'],
  },
  ar: {
    good: ['1', '16:9', '4:3', '1.5', '50', '1:50', '3:4'],
    bad: ['0', '0:0', '16/9', '51', '1:0', '1:2:3'],
  },
  fit: { good: ['contain', 'cover'], bad: ['fill', 'COVER', 'inside'] },
  focus: { good: ['0.5,0.5', 'auto', '0,1', '1,0', '.2,.8'], bad: ['2,0', '0.5', '-0,0', '0,0,0', '1.1,0'] },
  bg: { good: ['fff', '000000', 'Ff8800'], bad: ['%23fff', 'red', 'ffff', 'transparent'] },
  q: { good: ['1', '40', '50', '73', '75', '76', '100'], bad: ['0', '101', '7.5', 'auto'] },
  f: { good: ['auto', 'avif', 'webp', 'jpeg', 'png', 'native'], bad: ['gif', 'jpg', 'AVIF', 'svg', 'json'] },
  ht: { good: ['1', '2', '4'], bad: ['0', '3', '8', 'true'] },
  frame: { good: ['first'], bad: ['last', '1', 'all'] },
  preset: { good: ['card', 'thumb', 'wide'], bad: ['none', 'toString', 'hasOwnProperty'] },
}

/** Names of unknown parameters, and those of signatures, which are ignored when none are required. */
export const OTHER_PARAMETERS = [
  'utm_source',
  'v',
  'W',
  'width',
  'F',
  'exp',
  'kid',
  'sig',
  '__proto__',
  '%77',
  'w%00',
  '',
]

const ACCEPTS = [
  'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/webp,*/*;q=0.5',
  'image/avif;q=0.5, image/webp;q=0.9',
  'image/jpeg',
  'image/png',
  'image/*',
  '*/*',
  'image/vnd.strata',
  'image/vnd.strata, image/*;q=0.8',
  'image/vnd.strata;q=0.2, image/avif',
]
const BAD_ACCEPTS = [
  '',
  'image/jpeg;q=0',
  'image/*;q=0, */*;q=0',
  'text/html',
  ',,,;;;q=,',
  'image/avif;q=2, image/webp;q=-1',
  'IMAGE/AVIF ; Q=1',
  `image/avif;x="a,b;q=0", image/webp;q=0.001`,
  `${MARK}/${MARK}`,
  `image/jpeg${';a=b'.repeat(500)}`,
]

/** Headers that decide how an image is answered, besides conditions and ranges. */
export const NEGOTIATION: Readonly<Record<string, Values>> = {
  Accept: { good: ACCEPTS, bad: BAD_ACCEPTS },
  'Sec-CH-Width': { good: ['10', '24', '50', '320'], bad: ['0', '1.5', 'x', '9999999', '"24"'] },
  'Sec-CH-Viewport-Width': { good: ['12', '40', '390'], bad: ['0', '-1', '1e3'] },
  'Sec-CH-DPR': { good: ['1', '2', '2.625'], bad: ['0', '99999', 'x', '1,2'] },
  Width: { good: ['20', '48'], bad: ['0', 'x'] },
  'Viewport-Width': { good: ['30', '400'], bad: ['x', ''] },
  DPR: { good: ['1', '3'], bad: ['0', '-2'] },
  'Save-Data': { good: ['on'], bad: ['off', 'ON', 'on, on', '1'] },
  Origin: {
    good: ['https://shop.example', 'https://other.example'],
    bad: ['null', 'x', `https://${MARK}.example`],
  },
}

/** Headers that must not change an answer. */
export const INERT: Readonly<Record<string, Values>> = {
  Cookie: { good: ['a=b'], bad: [`${MARK}=${MARK}`, 'x'.repeat(4000)] },
  'User-Agent': { good: ['Mozilla/5.0', 'curl/8'], bad: [MARK, ''] },
  'Accept-Language': { good: ['de', 'en-US,en;q=0.5'], bad: [MARK] },
  'Accept-Encoding': { good: ['gzip, br', 'identity'], bad: ['identity;q=0', MARK] },
  Referer: { good: ['https://shop.example/page'], bad: [`https://${MARK}/`] },
  'Sec-Fetch-Site': { good: ['same-origin', 'cross-site'], bad: [MARK] },
  'Sec-Fetch-Dest': { good: ['image', 'document'], bad: [MARK] },
  'X-Forwarded-Host': { good: ['cdn.example'], bad: [`${MARK}.example`] },
  'X-Forwarded-Proto': { good: ['https'], bad: [MARK] },
  Forwarded: { good: ['for=1.2.3.4;host=cdn.example'], bad: [`host=${MARK}`] },
  'X-Original-URL': { good: ['/cdn/img/dot'], bad: [`/${MARK}`] },
  'X-HTTP-Method-Override': { good: ['DELETE', 'PUT'], bad: [MARK] },
  'X-Request-Id': { good: ['1'], bad: [MARK] },
  traceparent: {
    good: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    bad: ['00-0-0-0', MARK, `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  },
  'Cache-Control': { good: ['no-cache', 'max-age=0'], bad: ['only-if-cached', MARK] },
  Pragma: { good: ['no-cache'], bad: [MARK] },
  Connection: { good: ['close', 'keep-alive'], bad: ['Accept, Vary', MARK] },
  TE: { good: ['trailers'], bad: [MARK] },
  Upgrade: { good: ['websocket', 'h2c'], bad: [MARK] },
  'Content-Type': { good: ['image/png'], bad: [MARK] },
  Host: { good: ['cdn.localhost', '127.0.0.1:8787'], bad: [`${MARK}.example`, 'evil.example', ''] },
}
