import { describe, expect, it } from 'vitest'
import { checkRemoteSources, checkRemoteUrl } from '../../../src/edge/sources/allow-list.ts'

const SOURCES = { hosts: ['img.example.com', '*.cdn.example.com', 'odd.example.com:8443', '8.8.8.8'] }

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('an allowed address', () => {
  it.each([
    ['https://img.example.com/a.png?b=c#d', 'https://img.example.com/a.png?b=c'],
    ['HTTPS://IMG.Example.COM:443/a', 'https://img.example.com/a'],
    ['https://a.cdn.example.com/', 'https://a.cdn.example.com/'],
    ['https://a.b.cdn.example.com/', 'https://a.b.cdn.example.com/'],
    ['https://odd.example.com:8443/x', 'https://odd.example.com:8443/x'],
    ['https://0x08.8.2056/x', 'https://8.8.8.8/x'],
  ])('is parsed: %s', (text, href) => {
    expect(checkRemoteUrl(text, SOURCES).href).toBe(href)
  })

  it('may be relative to the redirecting address', () => {
    const base = new URL('https://img.example.com/a/b')
    expect(checkRemoteUrl('../c', SOURCES, base).href).toBe('https://img.example.com/c')
    expect(() => checkRemoteUrl('//evil.example.com/c', SOURCES, base)).toThrow(code('REMOTE_FORBIDDEN'))
  })

  it('is http only where that is allowed', () => {
    expect(checkRemoteUrl('http://img.example.com/', { ...SOURCES, http: true }).protocol).toBe('http:')
    expect(() => checkRemoteUrl('http://img.example.com/', SOURCES)).toThrow(code('PARAM_INVALID'))
  })
})

describe('an address is refused', () => {
  it.each([
    'https://example.com/',
    'https://cdn.example.com/',
    'https://evilcdn.example.com/',
    'https://img.example.com.evil.net/',
    'https://img.example.com:8443/',
    'https://img.example.com./',
    'https://odd.example.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://8.8.4.4/',
    'https://evil.net\\@img.example.com/',
  ])('on another host: %s', (text) => {
    expect(() => checkRemoteUrl(text, SOURCES)).toThrow(code('REMOTE_FORBIDDEN'))
  })

  it.each([
    '',
    'img.example.com/a.png',
    '/a.png',
    'ftp://img.example.com/',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'https://user@img.example.com/',
    'https://user:pass@img.example.com/',
    'https://',
  ])('when it is malformed: %j', (text) => {
    expect(() => checkRemoteUrl(text, SOURCES)).toThrow(code('PARAM_INVALID'))
  })

  it('without showing its password', () => {
    expect(() => checkRemoteUrl('https://me:hunter2@img.example.com/', SOURCES)).toThrow(
      /…@img\.example\.com/,
    )
  })

  it('when it is special, even on an unchecked list', () => {
    for (const host of ['127.0.0.1', 'localhost', '[fd00:ec2::254]', '169.254.169.254']) {
      expect(() => checkRemoteUrl(`https://${host}/`, { hosts: [host] })).toThrow(code('REMOTE_FORBIDDEN'))
    }
  })

  it('always while the list is empty', () => {
    expect(() => checkRemoteUrl('https://img.example.com/', { hosts: [] })).toThrow(code('REMOTE_FORBIDDEN'))
  })
})

describe('a list', () => {
  it.each([
    ['localhost'],
    ['127.0.0.1'],
    ['2130706433'],
    ['*.internal'],
    ['*'],
    ['*.com'],
    ['*.8.8.8.8'],
    ['**.example.com'],
    ['img.*.example.com'],
    ['https://img.example.com'],
    ['img.example.com/path'],
    ['me@img.example.com'],
    [''],
    [5],
  ])('cannot name %s', (host) => {
    expect(() => checkRemoteSources({ hosts: [host] as never })).toThrow(code('OPTION_INVALID'))
  })

  it.each([{ hosts: 'img.example.com' }, { hosts: [], http: 'yes' }, { hosts: [], timeoutMs: 0 }])(
    'is well-formed: %j is not',
    (sources) => {
      expect(() => checkRemoteSources(sources as never)).toThrow(code('OPTION_INVALID'))
    },
  )

  it('can name hosts in any spelling', () => {
    const sources = { hosts: ['IMG.example.com', 'bücher.de', '*.BÜCHER.de:8443'], timeoutMs: 1000 }
    expect(() => checkRemoteSources(sources)).not.toThrow()
    expect(checkRemoteUrl('https://xn--bcher-kva.de/', sources).host).toBe('xn--bcher-kva.de')
    expect(checkRemoteUrl('https://a.bücher.de:8443/', sources).port).toBe('8443')
  })
})
