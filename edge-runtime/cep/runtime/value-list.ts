import type { AttributeType } from '../api.ts';
import type { Slot } from '../operators/pattern/match.ts';

/** The values of one attribute over all events of a counted step; it knows their type, since a number cannot tell. */
export class ValueList extends Array<unknown> {
  element: AttributeType = 'object';
}

export function listValues(slot: Slot | undefined, index: number, element: AttributeType): ValueList {
  const list = new ValueList();
  list.element = element;
  if (Array.isArray(slot)) for (const event of slot) list.push(event.r[index]);
  return list;
}
