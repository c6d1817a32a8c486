import { Packer, Unpacker } from '../packing.ts';
import type { ModelSpread } from './model-spread.ts';

/**
 * The spreads of a node's models in a database column. Version byte 1 and the number of spreads; then of each its side, its
 * model, its attribute, its resolution, how many values were missing, the number of bins, and for each bin the step from the bin before
 * it and its count. About 3 bytes a bin. Bins must be ascending, as `mergeSpreads` gives them.
 */
export function encodeSpreads(spreads: readonly ModelSpread[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer();
  packer.byte(1);
  packer.varint(spreads.length);
  for (const { side, model, attribute, resolution, missing, bins } of spreads) {
    packer.byte(side === 'output' ? 1 : 0);
    packer.text(model);
    packer.text(attribute);
    packer.signed(resolution);
    packer.varint(missing);
    packer.varint(bins.length);
    let previous = 0;
    for (const [index, count] of bins) {
      packer.signed(index - previous);
      packer.varint(count);
      previous = index;
    }
  }
  return packer.toBytes();
}

/** The inverse; throws a RangeError when the bytes are not spreads. */
export function decodeSpreads(bytes: Uint8Array): ModelSpread[] {
  const packed = new Unpacker(bytes, 'spread');
  if (packed.byte() !== 1) throw new RangeError('unknown version of a packed spread');
  const spreads: ModelSpread[] = [];
  for (let left = packed.varint(); left > 0; left -= 1) {
    const side = packed.byte() === 1 ? 'output' : 'input';
    const [model, attribute] = [packed.text(), packed.text()];
    const [resolution, missing] = [packed.signed(), packed.varint()];
    const bins: [number, number][] = [];
    let index = 0;
    for (let more = packed.varint(); more > 0; more -= 1) {
      index += packed.signed();
      bins.push([index, packed.varint()]);
    }
    spreads.push({ side, model, attribute, resolution, missing, bins });
  }
  return spreads;
}
