/**
 * Which addresses may be called: a webhook makes this process send requests, and must not become a way into networks
 * that only it can reach.
 */
import { BlockList, isIP } from 'node:net';
import { AppError } from '../contracts/errors.ts';

/** Neither public nor unique: special-purpose registries of IANA (RFC 6890), multicast, 6to4 and NAT64 with what they wrap. */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [net, prefix] of NOT_PUBLIC) blocked.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4');

/** True for an address that anybody on the internet can reach; `::ffff:` addresses count as what they wrap. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !blocked.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The address of a webhook, checked as far as that is possible without looking its name up.
 * @param trusted `host` or `host:port`, in small letters: may be called wherever they are, and over http
 * @throws AppError invalid_input (no address, a user name in it), webhook_target_refused
 */
export function checkTarget(text: string, trusted: readonly string[]): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid('must be an https address');
  if (url.username !== '' || url.password !== '') throw invalid('must not hold a user name or a password');
  if (isTrusted(url, trusted)) return url;
  if (url.protocol === 'http:') throw refused(url, 'is plain http');
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw refused(url, 'is no public address');
  if (/(?:^|\.)localhost\.?$/.test(url.hostname)) throw refused(url, 'is this machine');
  return url;
}

/** True if the user named the host of `url` as one that may be anywhere. */
export function isTrusted(url: URL, trusted: readonly string[]): boolean {
  return trusted.includes(url.hostname) || trusted.includes(url.host);
}

function invalid(message: string): AppError {
  return new AppError('invalid_input', `The address ${message}.`, { details: { fields: [{ path: 'url', message }] } });
}

function refused(url: URL, fact: string): AppError {
  return new AppError('webhook_target_refused', `${url.host} ${fact}.`, { details: { host: url.host } });
}
