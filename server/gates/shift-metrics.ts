import type { Metric } from './metric.ts';
import { middleOf } from './rank-test.ts';
import type { LookEvidence, NodeEvidence } from './schema.ts';

type Side = 'input' | 'output';

/** A smaller shift counts as this one: it matters to nobody, and ten times next to nothing is no finding. */
const shiftMin = 0.01;

/** One input or output of a model, and what nodes tell of it. */
interface Attribute {
  name: string;
  shift: (node: NodeEvidence) => number | null;
}

/**
 * Reads how far the outputs, or the inputs, of models shifted. Beside control a node's change is of the attribute that moved furthest beyond what is
 * usual for that attribute in this look, over the wave and who stays behind alike: so an attribute that moves everywhere, such as
 * the time of day, hides no other, and every node is measured in the same way, as the rank test needs.
 */
export function readShifts(side: Side, words: string): Metric['read'] {
  return (evidence, besideControl) => {
    const attributes = attributesOf(evidence, side);
    const nodes = [...evidence.wave, ...evidence.control];
    const usual = new Map(attributes.map((attribute) => [attribute, middle(logarithms(attribute, nodes)) ?? 0]));
    const moved = furthest(attributes, (attribute) => {
      const [wave, control] = [middle(logarithms(attribute, evidence.wave)), middle(logarithms(attribute, evidence.control))];
      if (!besideControl) return wave;
      return wave === null || control === null ? null : wave - control;
    });
    const newModels = evidence.shifts?.newModels ?? [];
    return {
      subject: moved === null ? words : `${side === 'output' ? 'predictions' : 'features'} of ${moved.name}: shift`,
      change: (node) => {
        const changes = attributes.flatMap((attribute) => {
          const shift = attribute.shift(node);
          return shift === null ? [] : [logarithm(shift) - (usual.get(attribute) ?? 0)];
        });
        return changes.length === 0 ? null : Math.max(...changes);
      },
      levelBefore: ({ before }) => Math.log(1 + (before?.predictions ?? 0)),
      // Of the node in the middle, as nodes differ in what is usual for them and a mixture of all would hide it.
      together: moved === null ? null : middle(evidence.wave.flatMap((node) => moved.shift(node) ?? [])),
      saysTogether: moved !== null,
      leftOut: newModels.length === 0 ? '' : ` ${newModels.join(', ')} ${newModels.length === 1 ? 'was' : 'were'} not there before the wave: nothing to compare.`,
    };
  };
}

function attributesOf({ shifts }: LookEvidence, side: Side): Attribute[] {
  return (shifts?.attributes ?? []).flatMap((attribute, index) => (attribute.side === side ? [{ name: `${attribute.model}, ${attribute.attribute}`, shift: (node: NodeEvidence) => node.shifts?.[index] ?? null }] : []));
}

function logarithm(shift: number): number {
  return Math.log(Math.max(shift, shiftMin));
}

function logarithms({ shift }: Attribute, nodes: readonly NodeEvidence[]): number[] {
  return nodes.flatMap((node) => {
    const value = shift(node);
    return value === null ? [] : [logarithm(value)];
  });
}

function middle(values: readonly number[]): number | null {
  return values.length === 0 ? null : middleOf(values.toSorted((a, b) => a - b));
}

/** The first of those that lie furthest; null when nothing is known of any. */
function furthest(attributes: readonly Attribute[], of: (attribute: Attribute) => number | null): Attribute | null {
  let found: { attribute: Attribute; value: number } | null = null;
  for (const attribute of attributes) {
    const value = of(attribute);
    if (value !== null && (found === null || value > found.value)) found = { attribute, value };
  }
  return found?.attribute ?? null;
}
