/** An address block: an address, and how many of its leading bits count. */
type Block = readonly [address: string, bits: number]

/**
 * Addresses that are never fetched from, after the IANA registry of special-purpose addresses (RFC 6890): this host,
 * private, shared and link-local networks (with the metadata services of clouds), documentation, benchmarks,
 * multicast, reserved.
 */
const SPECIAL_IPV4: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // not in the registry, but the host's own service on Azure
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Global unicast. Everything else is special: loopback, mapped IPv4, NAT64, unique local, link-local, multicast. */
const GLOBAL_IPV6: Block = ['2000::', 3]

/**
 * Special blocks inside it: protocol assignments (Teredo, ORCHID, AMT), documentation, 6to4, AS112, segment routing.
 */
const SPECIAL_IPV6: readonly Block[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

/** ISATAP (RFC 5214): the interface part holds an IPv4 address, in any network. */
const ISATAP = [0x0000_5efe, 0x0200_5efe]

/** Names that the public DNS never resolves (RFC 6761, 6762, 7686, 8375), or that mean a local network. */
const LOCAL_NAMES =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|lan|home|home\.arpa|onion|test|invalid|example|alt)$/

/**
 * Whether a host may be on the public internet: no special address, no local name. Names are not resolved. Addresses
 * are compared in the one notation that the URL parser gives them.
 * @param hostname of a URL (`new URL(text).hostname`), hence in lower case, IPv4 as four numbers, IPv6 in brackets
 */
export function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) {
    const address = parseIpv6(hostname.slice(1, -1))
    return address !== undefined && isPublicIpv6(address)
  }
  const ipv4 = parseIpv4(hostname)
  if (ipv4 !== undefined) return !SPECIAL_IPV4.some((block) => isInIpv4(ipv4, block))
  const name = hostname.replace(/\.$/, '')
  // A name without a dot is local; a name that ends in a number is an address or imitates one.
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name) && !/\.[0-9]+$/.test(name) && !LOCAL_NAMES.test(name)
}

/**
 * Whether a host is this machine itself: 127.0.0.0/8, ::1 or localhost.
 * @param hostname as for isPublicHost
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function isPublicIpv6(groups: readonly number[]): boolean {
  if (!isInIpv6(groups, GLOBAL_IPV6) || SPECIAL_IPV6.some((block) => isInIpv6(groups, block))) return false
  return !ISATAP.includes(((groups[4] ?? 0) << 16) | (groups[5] ?? 0))
}

function isInIpv4(address: number, [block, bits]: Block): boolean {
  const shift = 32 - bits
  return address >>> shift === (parseIpv4(block) ?? 0) >>> shift
}

function isInIpv6(groups: readonly number[], [block, bits]: Block): boolean {
  const base = parseIpv6(block) ?? []
  return groups.every((group, i) => {
    const counting = Math.min(16, Math.max(0, bits - 16 * i))
    const shift = 16 - counting
    return group >>> shift === (base[i] ?? 0) >>> shift
  })
}

/** Four decimal numbers, as an unsigned 32-bit integer. */
function parseIpv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined || parts.some((part) => part > 255)) return undefined
  return parts.reduce((all, part) => all * 256 + part, 0)
}

/** Eight groups of 16 bits. */
function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - front.length - back.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...front, ...Array<string>(missing).fill('0'), ...back]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined
  return groups.map((group) => Number.parseInt(group, 16))
}
