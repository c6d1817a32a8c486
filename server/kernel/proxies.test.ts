import { expect, test } from 'vitest';
import { createProxies } from './proxies.ts';

const from = (remoteAddress: string | undefined, forwarded?: string) => ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } });

test.each<[string, string[], string | undefined, string | undefined, string]>([
  ['the header is not looked at unless a proxy is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ['nor when it comes from somewhere else', ['10.0.0.1'], '10.0.0.2', '203.0.113.9', '10.0.0.2'],
  ['a trusted proxy is believed', ['10.0.0.1'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['but not what its client made up', ['10.0.0.1'], '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['a chain of trusted proxies leads to its first client', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.1, 203.0.113.9, 10.2.0.1', '203.0.113.9'],
  ['a range of another family does not match', ['fd00::/8'], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ['IPv6', ['fd00::/8'], 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['an IPv4 address that the socket writes as IPv6', ['10.0.0.1'], '::ffff:10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
  ['nonsense ends the chain at whoever sent it', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
  ['a proxy that says nothing is the client', ['10.0.0.1'], '10.0.0.1', undefined, '10.0.0.1'],
  ['a socket that is gone', ['10.0.0.1'], undefined, '203.0.113.9', 'unknown'],
])('%s', (_, trusted, socket, header, address) => {
  expect(createProxies(trusted).addressOf(from(socket, header))).toBe(address);
});

test.each(['localhost', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/x', ''])('“%s” is refused, by its name', (entry) => {
  expect(() => createProxies([entry])).toThrow(`“${entry}” is neither an address nor a range`);
});
