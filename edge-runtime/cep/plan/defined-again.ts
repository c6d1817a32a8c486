import type { AnnotationView } from '../api.ts';
import type { Definition } from '../language/syntax.ts';
import { annotationView } from './annotations.ts';
import type { StreamPlan } from './plan.ts';

/** Siddhi takes a stream or table that is defined again word by word. */
export function saysTheSame({ kind, attributes, annotations }: StreamPlan, again: Definition): boolean {
  if (again.kind !== kind || (again.kind !== 'stream' && again.kind !== 'table')) return false;
  const form = (list: readonly { name: string; type: string }[], notes: readonly AnnotationView[]): string => JSON.stringify([list, notes], (key, value: unknown) => (key === 'at' ? undefined : value));
  return form(attributes, annotations) === form(again.attributes.map((one) => ({ name: one.name.text, type: one.type })), again.annotations.map(annotationView));
}
