import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Annotation } from '../language/syntax.ts';
import { annotationValue } from './annotations.ts';
import type { StreamPlan } from './plan.ts';

const ACTIONS = ['LOG', 'STREAM'];
/** Why the event failed, behind the stream's own attributes. */
const ERROR = { name: '_error', type: 'object' } as const;

/**
 * The fault stream `!S` of a stream that says `@OnError(action='STREAM')`; undefined where it asks for none. Without it, or
 * with `LOG`, an event that fails goes to the engine's faults.
 */
export function planFaultStream(stream: StreamPlan, annotations: readonly Annotation[], diagnostics: Diagnostics): StreamPlan | undefined {
  const annotation = annotations.find((one) => one.name.toLowerCase() === 'onerror');
  if (annotation === undefined) return undefined;
  const action = annotationValue(annotations, 'onerror', 'action')?.toUpperCase() ?? 'LOG';
  if (!ACTIONS.includes(action)) diagnostics.error('annotation.on-error', annotation, `@OnError of '${stream.name}' takes the action 'LOG' or 'STREAM', found '${action}'.`, didYouMean(action, ACTIONS));
  if (action !== 'STREAM') return undefined;
  if (stream.attributes.some(({ name }) => name === ERROR.name)) {
    diagnostics.error('name.duplicate-attribute', annotation, `'${stream.name}' has an attribute '${ERROR.name}', which its fault stream needs for the reason.`);
    return undefined;
  }
  return { name: `!${stream.name}`, kind: 'stream', attributes: [...stream.attributes, ERROR], defined: true, annotations: [], at: stream.at };
}

/** What to write so that there is such a fault stream. */
export function faultStreamHint(name: string): string {
  return `Write @OnError(action='STREAM') before the definition of '${name}'.`;
}
