const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A map as elements, one within another. */
export function xmlOf(map: ReadonlyMap<unknown, unknown>): string {
  return [...map].map(([key, value]) => `<${String(key)}>${value instanceof Map ? xmlOf(value) : escaped(String(value))}</${String(key)}>`).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What stands in the root element of a document: a map from the names of elements to their text, or to maps of what is
 * in them. Attributes, comments and declarations are passed over; undefined when the elements do not close each other.
 */
export function elementOf(text: string): Map<string, unknown> | undefined {
  const open: { name: string; text: string; inner: Map<string, unknown> }[] = [{ name: '', text: '', inner: new Map() }];
  const piece = /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/)?([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/)?>|([^<]+)|</gy;
  for (const found of text.matchAll(piece)) {
    const [whole, closing, name, , alone, characters] = found;
    const top = open.at(-1);
    if (whole === '<' || top === undefined) return undefined;
    if (characters !== undefined) top.text += characters;
    else if (name === undefined) continue;
    else if (closing === undefined) {
      if (open.length > 100) return undefined;
      if (alone === undefined) open.push({ name, text: '', inner: new Map() });
      else top.inner.set(name, '');
    } else {
      open.pop();
      if (top.name !== name) return undefined;
      open.at(-1)?.inner.set(name, top.inner.size > 0 ? top.inner : unescaped(top.text.trim()));
    }
  }
  const [root] = open;
  const inner: unknown = root === undefined || open.length > 1 ? undefined : [...root.inner.values()][0];
  return inner instanceof Map ? inner : undefined;
}

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|(\w+));/g, (whole, code: string | undefined, name: string | undefined) => {
    if (code !== undefined) return Number(code) <= 0x10ffff ? String.fromCodePoint(Number(code)) : whole;
    return name !== undefined && Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
  });
}
