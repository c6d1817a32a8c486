import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Knows from which address a request comes: the socket's, or what a proxy says that this process was told to believe. */
export interface Proxies {
  addressOf(request: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }): string;
}

/**
 * `trusted` names proxies by address or by range, as in `10.0.0.0/8`. Throws an Error that names what is neither. From the
 * list that proxies append to, the last address that is not a trusted proxy's is taken: whatever stands before it came from
 * the other side and can be made up. Without a trusted proxy the header is not looked at.
 */
export function createProxies(trusted: readonly string[]): Proxies {
  const list = new BlockList();
  for (const entry of trusted) addTo(list, entry);
  const isTrusted = (address: string): boolean => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return {
    addressOf: ({ headers, socket }) => {
      let address = plain(socket.remoteAddress ?? 'unknown');
      const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').map((part) => plain(part.trim()));
      while (isTrusted(address)) {
        const next = forwarded.pop();
        if (next === undefined || isIP(next) === 0) break;
        address = next;
      }
      return address;
    },
  };
}

function addTo(list: BlockList, entry: string): void {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  const bits = prefix === undefined ? undefined : Number(prefix);
  if (version === 0 || rest.length > 0 || (bits !== undefined && !(/^\d{1,3}$/.test(prefix ?? '') && bits <= (version === 6 ? 128 : 32)))) {
    throw new Error(`“${entry}” is neither an address nor a range such as 10.0.0.0/8`);
  }
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
}

/** An IPv4 address as such, where the socket writes it as IPv6; one with a port or in brackets, as some proxies write it, without. */
function plain(address: string): string {
  const bare = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}
