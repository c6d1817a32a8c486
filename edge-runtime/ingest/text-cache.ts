const places = 512;
const bytesMax = 48;

/**
 * Texts that come again and again, such as a sensor's name in every event, made once: a text taken from here also knows its
 * hash, which every grouping by it asks for. Holds a bounded number of short ones; a new one displaces another.
 */
export class TextCache {
  readonly #lengths = new Uint8Array(places);
  readonly #bytes = new Uint8Array(places * bytesMax);
  readonly #texts = new Array<string>(places).fill('');

  /** The text of valid UTF-8 from `from` to before `to`. */
  of(bytes: Uint8Array, from: number, to: number): string {
    const length = to - from;
    if (length > bytesMax) return decoded(bytes, from, to);
    let hash = length;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const place = (hash ^ (hash >>> 15)) & (places - 1);
    const kept = place * bytesMax;
    const known = this.#bytes;
    let same = this.#lengths[place] === length ? 0 : length + 1;
    while (same < length && known[kept + same] === bytes[from + same]) same++;
    if (same === length) return this.#texts[place] ?? '';
    const text = decoded(bytes, from, to);
    for (let index = 0; index < length; index++) known[kept + index] = bytes[from + index] ?? 0;
    this.#lengths[place] = length;
    this.#texts[place] = text;
    return text;
  }
}

function decoded(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}
