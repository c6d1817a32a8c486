const slots = ['s1', 's2', 's3', 's4', 's5', 's6'] as const;
export type Slot = (typeof slots)[number];

/** Series that appear on several pages keep one colour on all of them. */
const reserved: Readonly<Record<string, Slot>> = { events: 's1', predictions: 's2', detections: 's3', actions: 's4', p50: 's1', p99: 's2', buffered: 's3', lag: 's4', highest: 's1', lowest: 's2' };

/** A colour for each series: reserved ones first, others by their name alone as long as no two of one chart collide. */
export function colourSeries(keys: readonly string[]): Map<string, Slot> {
  const result = new Map<string, Slot>();
  const taken = new Set<Slot>();
  for (const key of keys) {
    const slot = reserved[key];
    if (slot === undefined || taken.has(slot)) continue;
    result.set(key, slot);
    taken.add(slot);
  }
  for (const key of [...keys].sort()) {
    if (result.has(key)) continue;
    const start = hash(key) % slots.length;
    const free = slots.map((_, offset) => slots[(start + offset) % slots.length]).find((slot) => slot !== undefined && !taken.has(slot)) ?? slots[start] ?? 's1';
    result.set(key, free);
    taken.add(free);
  }
  return result;
}

/** FNV-1a over UTF-16 units: small, stable, and only for choosing a colour. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
