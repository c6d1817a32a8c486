import { mergeSpreads, spreadAttributesMax } from '@selvedge/edge-runtime/protocol';
import type { AttributeSpread, Telemetry } from '@selvedge/edge-runtime/protocol';

/** Of one attribute of a model, whichever its version: a version is to be compared with the one before it. */
export type ModelSpread = AttributeSpread & { model: string };

/** A finished interval of a node as it goes to the database; packed by codec.ts. */
export type SpreadRow = { organizationId: string; nodeId: string; stepSeconds: SpreadStep; at: number; packed: Uint8Array };
export type SpreadStep = 60 | 900;

/** A node whose bundle changed tells of the attributes of both in one interval. */
const attributesMax = 2 * spreadAttributesMax;

/** What a message tells, of as many attributes as a node may tell of. */
export function spreadsOf({ models }: Telemetry): ModelSpread[] {
  return models.flatMap(({ name, spreads = [] }) => spreads.map((spread) => ({ ...spread, model: name }))).slice(0, spreadAttributesMax);
}

/** Spreads of the same attributes added up; what came first stays where there are too many. */
export function addSpreads(...parts: readonly (readonly ModelSpread[])[]): ModelSpread[] {
  const byAttribute = Map.groupBy(parts.flat(), ({ side, model, attribute }) => `${side} ${model} ${attribute}`);
  return [...byAttribute.values()].slice(0, attributesMax).flatMap((spreads) => {
    const [first] = spreads;
    return first === undefined ? [] : [{ model: first.model, attribute: first.attribute, side: first.side, ...mergeSpreads(...spreads) }];
  });
}
