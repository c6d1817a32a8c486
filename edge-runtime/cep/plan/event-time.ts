import type { EventTimePlan } from './plan.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import { timeOfText } from '../language/parse-time-text.ts';
import type { Annotation } from '../language/syntax.ts';
import type { StreamPlan } from './plan.ts';

const KEYS = ['timestamp', 'allowed.lateness', 'late', 'idle.time'];
/** A stream is idle when nothing has come for as long as late events are waited for, but not sooner than this. */
const IDLE_MIN_MS = 1000;

/** Reads `@eventTime(timestamp='at', allowed.lateness='5 sec', late='Late', idle.time='30 sec')`; undefined where it is not said or wrong. */
export function planEventTime(stream: StreamPlan, annotations: readonly Annotation[], streams: Map<string, StreamPlan>, diagnostics: Diagnostics): EventTimePlan | undefined {
  const annotation = annotations.find((one) => one.name.toLowerCase() === 'eventtime');
  if (annotation === undefined) return undefined;
  for (const { key, value, at } of annotation.elements) {
    if (!KEYS.includes(key.toLowerCase())) diagnostics.error('annotation.event-time', at, `@eventTime takes 'timestamp', 'allowed.lateness', 'late' and 'idle.time', found '${key === '' ? value : key}'.`);
  }
  const element = (key: string): Annotation['elements'][number] | undefined => annotation.elements.find((one) => one.key.toLowerCase() === key);
  const duration = (key: string): number | undefined => {
    const found = element(key);
    const time = found === undefined ? undefined : timeOfText(found.value);
    if (found !== undefined && time === undefined) diagnostics.error('annotation.event-time', found.at, `'${key}' of @eventTime is a time such as '5 sec', found '${found.value}'.`);
    return time;
  };
  const latenessMs = duration('allowed.lateness') ?? 0;
  const idleMs = duration('idle.time') ?? Math.max(latenessMs, IDLE_MIN_MS);
  const timestamp = element('timestamp');
  if (timestamp === undefined) {
    diagnostics.error('annotation.event-time', annotation, `@eventTime of '${stream.name}' has no 'timestamp'.`, "Write @eventTime(timestamp='at', allowed.lateness='5 sec'), for example.");
    return undefined;
  }
  const column = stream.attributes.findIndex((one) => one.name === timestamp.value && one.type === 'long');
  if (column < 0) {
    diagnostics.error('annotation.event-time', timestamp.at, `'timestamp' of @eventTime is an attribute of '${stream.name}' of type long, found '${timestamp.value}'.`);
    return undefined;
  }
  const late = element('late');
  if (late !== undefined) planLateStream(stream, late, streams, diagnostics);
  return { stream: stream.name, column, attribute: timestamp.value, latenessMs, late: late?.value, idleMs };
}

/** The stream that takes late events: one of the text, which has to fit, or one that is only named here. */
function planLateStream(stream: StreamPlan, late: Annotation['elements'][number], streams: Map<string, StreamPlan>, diagnostics: Diagnostics): void {
  const known = streams.get(late.value);
  const form = ({ attributes }: StreamPlan): string => attributes.map(({ name, type }) => `${name} ${type}`).join(', ');
  if (known === undefined) streams.set(late.value, { name: late.value, kind: 'stream', attributes: stream.attributes, defined: false, annotations: [], at: stream.at });
  else if (known.kind !== 'stream' || form(known) !== form(stream)) diagnostics.error('annotation.event-time', late.at, `'${late.value}' has (${form(known)}), late events of '${stream.name}' have (${form(stream)}).`);
}
