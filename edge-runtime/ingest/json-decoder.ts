import { decodeLimits, generalDecoder, parseTime, type DecodedEvents, type Decoder, type JsonMapping } from './decoder.ts';
import { memberOf } from './json-path.ts';
import { JsonScanner, plainKey, scannedMembers } from './json-scanner.ts';

/** Reads JSON events of one stream: plain ones by the scanner, everything else by the general decoder, with the same outcome. */
export function jsonDecoder(mapping: JsonMapping): Decoder {
  const general = generalDecoder(mapping);
  const scanner = scannerOf(mapping);
  if (scanner === undefined) return general;
  return {
    decode(message, position, time, into) {
      if (message.length > decodeLimits.bytesMax || !scanned(scanner, message, time, into)) general.decode(message, position, time, into);
    },
  };
}

function scannerOf({ attributes, paths, timestamp }: JsonMapping): JsonScanner | undefined {
  const keys = paths === undefined ? undefined : new Map(Object.entries(paths).map(([name, path]) => [name, memberOf(path)]));
  const members = scannedMembers(attributes, (name) => (keys === undefined ? name : keys.get(name)));
  const envelope = attributes.some((attribute) => attribute.name === 'event') ? undefined : 'event';
  if (members === undefined) return undefined;
  if (timestamp === undefined) return new JsonScanner(members, envelope);
  const key = memberOf(timestamp);
  // A member that is an attribute and the time as well is rare enough to be read the general way.
  if (key === undefined || !plainKey.test(key) || members.some((member) => member.key === key)) return undefined;
  return new JsonScanner([...members, { key, type: 'time' }], envelope);
}

/** True when the scanner read the whole message and every event had its time; otherwise nothing was added. */
function scanned(scanner: JsonScanner, message: Uint8Array, time: number, into: DecodedEvents): boolean {
  const before = into.rows.length;
  let areTimed = true;
  const isRead = scanner.scan(message, (row, own) => {
    const at = scanner.hasTime ? parseTime(own) : time;
    if (at === undefined) areTimed = false;
    into.times.push(at ?? 0);
    into.rows.push(row);
  });
  if (isRead && areTimed && into.rows.length - before <= decodeLimits.eventsMax) return true;
  into.times.length = into.rows.length = before;
  return false;
}
