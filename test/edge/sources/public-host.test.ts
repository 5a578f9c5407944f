import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicHost } from '../../../src/edge/sources/public-host.ts'

/** As it is used: what the URL parser makes of a notation; undefined where that is no host at all. */
function judge(host: string): boolean | undefined {
  try {
    return isPublicHost(new URL(`http://${host}/`).hostname)
  } catch {
    return undefined
  }
}

describe('public hosts', () => {
  it.each([
    'example.com',
    'EXAMPLE.com',
    'img.example.com.',
    'a-b.c_d.example.co.uk',
    'bücher.de',
    '1and1.com',
    '8.8.8.8',
    '0x08080808',
    '134744072',
    '010.010.010.010',
    '1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '[2606:4700:4700::1111]',
    '[2a00:1450:4001:81b::200e]',
    '[2001:4860:4860::8888]',
    '[2003::1]',
  ])('%s', (host) => {
    expect(judge(host)).toBe(true)
  })
})

describe('special hosts', () => {
  it.each([
    // loopback in every notation
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '0x7F.1',
    '127.0.0.1.',
    '127.00000.0x0.01',
    '１２７.０.０.１',
    '127。0。0。1',
    '①②⑦.⓪.⓪.①',
    '%31%32%37.0.0.1',
    // this host, private, shared, link-local with the metadata services, documentation, benchmarks, multicast, reserved
    '0',
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.1',
    '0xa000001',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '168.63.129.16',
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '169.254.43518',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.257',
    '3232235521',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '4294967295',
    // IPv6: unspecified, loopback, mapped, compatible, NAT64, Teredo, ORCHID, documentation, 6to4, ISATAP, local, multicast
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:8.8.8.8]',
    '[::FFFF:169.254.169.254]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::a00:1]',
    '[100::1]',
    '[2001::1]',
    '[2001:0:7f00:1::]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    '[2002:c0a8:1::1]',
    '[2a00:1450::5efe:10.0.0.1]',
    '[2a00:1450::200:5efe:a00:1]',
    '[2620:4f:8000::1]',
    '[3fff::1]',
    '[3fff:fff::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[5f00::1]',
    // names of one's own network
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'ｌocalhost',
    'localhost.localdomain',
    'metadata',
    'metadata.google.internal',
    'instance-data',
    'router.lan',
    'nas.local',
    'printer.home.arpa',
    'wiki.corp',
    'hidden.onion',
    'db.internal.',
  ])('%s', (host) => {
    expect(judge(host)).toBe(false)
  })

  it.each(['256.256.256.256', '1.2.3.4.5', '0x100000000', '[::1', '[fe80::1%25eth0]', 'a b', ''])(
    'that are none: %j',
    (host) => {
      expect(judge(host)).not.toBe(true)
    },
  )
})

describe('whatever the notation, the same address gets the same answer', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  const number = fc.constantFrom(
    (value: number) => String(value),
    (value: number) => `0${value.toString(8)}`,
    (value: number) => `0x${value.toString(16)}`,
    (value: number) => `0X0${value.toString(16).toUpperCase()}`,
  )

  it('for IPv4', () => {
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.array(number, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (bytes, spellings, parts) => {
          const plain = judge(bytes.join('.'))
          const rest = bytes.slice(parts - 1).reduce((all, part) => all * 256 + part, 0)
          const values = [...bytes.slice(0, parts - 1), rest]
          const spelt = values.map((value, i) => spellings[i]!(value)).join('.')
          expect(judge(spelt), spelt).toBe(plain)
          const special = [0, 10, 127].includes(bytes[0]) || bytes[0] >= 224
          if (special) expect(plain).toBe(false)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('for IPv6, where everything outside 2000::/3 is special', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.boolean(), (groups, upper) => {
        const full = groups.map((value) => value.toString(16).padStart(4, '0')).join(':')
        const short = new URL(`http://[${full}]/`).hostname
        const spelt = `[${upper ? full.toUpperCase() : full}]`
        expect(judge(spelt)).toBe(judge(short))
        if (groups[0]! >>> 13 !== 1) expect(judge(spelt)).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  it('and no text throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(typeof isPublicHost(text)).toBe('boolean')
        judge(text)
      }),
      { numRuns: 3000 },
    )
  })
})
