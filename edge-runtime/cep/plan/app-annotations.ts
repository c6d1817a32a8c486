import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import { timeOfText } from '../language/parse-time-text.ts';
import type { Annotation } from '../language/syntax.ts';

/** What may be said of an app as a whole. All but `name` and `playback` is taken and has no effect here. */
const KNOWN = ['app:name', 'app:description', 'app:version', 'app:playback', 'app:statistics', 'app:enforceOrder'];

/** Checks the annotations of an app. */
export function checkAppAnnotations(annotations: readonly Annotation[], diagnostics: Diagnostics): void {
  const seen = new Set<string>();
  for (const annotation of annotations) {
    const name = annotation.name.toLowerCase();
    if (seen.has(name)) diagnostics.error('annotation.app', annotation, `@${annotation.name} is said twice.`);
    seen.add(name);
    if (name === 'app:async') diagnostics.error('annotation.app', annotation, '@app:async is not known; @async belongs to a stream.');
    else if (name === 'app:playback') checkPlayback(annotation, diagnostics);
    else if (!KNOWN.some((one) => one.toLowerCase() === name)) diagnostics.warning('annotation.app', annotation, `@${annotation.name} is not known and has no effect.`, didYouMean(annotation.name, KNOWN));
  }
}

/** Counts that `@async` of a stream may give; the queue itself is the host's. */
const ASYNC_COUNTS = ['buffer.size', 'workers', 'batch.size.max'];

/** Checks `@async` before a stream, which is taken and changes nothing. */
export function checkAsync(annotations: readonly Annotation[], diagnostics: Diagnostics): void {
  const annotation = annotations.find((one) => one.name.toLowerCase() === 'async');
  for (const { key, value, at } of annotation?.elements ?? []) {
    if (ASYNC_COUNTS.includes(key.toLowerCase()) && !/^[1-9][0-9]{0,8}$/.test(value)) diagnostics.error('annotation.async', at, `'${key}' of @async is a whole number from 1 up, found '${value}'.`);
  }
}

/** Either nothing, or both how long an idle app waits and how far its clock then moves. */
function checkPlayback(annotation: Annotation, diagnostics: Diagnostics): void {
  const wanted = ['idle.time', 'increment'];
  for (const { key, value, at } of annotation.elements) {
    if (!wanted.includes(key.toLowerCase())) diagnostics.error('annotation.app', at, `@app:playback takes 'idle.time' and 'increment', found '${key === '' ? value : key}'.`);
    else if (timeOfText(value) === undefined) diagnostics.error('annotation.app', at, `'${key}' of @app:playback is a time such as '100 millisec', found '${value}'.`);
  }
  const missing = wanted.filter((one) => !annotation.elements.some(({ key }) => key.toLowerCase() === one));
  if (missing.length === 1) diagnostics.error('annotation.app', annotation, `@app:playback takes both 'idle.time' and 'increment', and '${String(missing[0])}' is missing.`);
}
