import { count, plural } from '../../../_format/number.ts';
import type { RecordingSummary } from '../../../_editor/preview-protocol.ts';
import type { PreviewState } from '../../../_editor/use-preview.ts';
import { Button } from '../../../_ui/button.tsx';

/** A stream of a recording as a text could define it. */
export interface Definition {
  stream: string;
  columns: RecordingSummary['streams'][number]['columns'];
}

interface Note {
  text: string;
  /** What puts it right in the text. */
  mend?: { word: string; definition: Definition };
}

/** What a person must know to read the results rightly, and where the recording can say how to mend the text, a way to have that done. */
export function Notes({ state, streams, sound, onDefine }: { state: PreviewState; streams: readonly string[]; sound: boolean; onDefine: ((definition: Definition) => void) | undefined }) {
  const notes = notesOf(state, streams, sound);
  if (notes.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1.5 border-b border-line px-4 py-2 text-notice">
      {notes.map(({ text, mend }) => (
        <li key={text} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5">
          <span className="min-w-0 flex-1 basis-80">{text}</span>
          {mend === undefined || onDefine === undefined ? null : <Button size="sm" onClick={() => onDefine(mend.definition)}>{mend.word}</Button>}
        </li>
      ))}
    </ul>
  );
}

function notesOf({ recording, run }: PreviewState, streams: readonly string[], sound: boolean): Note[] {
  if (recording === undefined) return [];
  const notes: Note[] = [];
  const add = (text: string) => notes.push({ text });
  // What a run leaves out, or before there is one what is not defined.
  const ignored = run?.result.ignored.map(({ stream }) => stream);
  for (const { name, columns, count: events } of recording.streams.filter((one) => (ignored === undefined ? !streams.includes(one.name) : ignored.includes(one.name)))) {
    const belong = `${plural(events, 'event')} ${events === 1 ? 'belongs' : 'belong'}`;
    if (name === '') add(`${belong} to no stream.`);
    else notes.push({ text: `The text defines no stream ${name}, to which ${belong}.`, ...(columns.length > 0 && { mend: { word: `Define ${name}`, definition: { stream: name, columns } } }) });
  }
  if (!sound) add(run === undefined ? 'The text has errors; it runs once it has none.' : 'The text has errors; this is what the last one without did.');
  if (recording.left > 0) add(`${plural(recording.left, 'line')} could not be read: ${recording.problems[0] ?? ''}.`);
  const result = run?.result;
  if (result === undefined) return notes;
  for (const { stream, attributes, unused } of result.missing) {
    const columns = recording.streams.find(({ name }) => name === stream)?.columns ?? [];
    notes.push({ text: missingText(stream, attributes, unused), ...(unused.length > 0 && { mend: { word: `Define ${stream} by it`, definition: { stream, columns } } }) });
  }
  if (result.refusedTotal > 0) add(`${plural(result.refusedTotal, 'event')} ${result.refusedTotal === 1 ? 'does' : 'do'} not fit the stream: ${result.refused[0] ?? ''}.`);
  if (result.faultsTotal > 0) add(`${plural(result.faultsTotal, 'event')} failed: ${result.faults[0] ?? ''}.`);
  return notes;
}

/** Where columns and attributes are named differently nothing can match: says which, before what comes of it. */
function missingText(stream: string, attributes: readonly string[], unused: readonly string[]): string {
  const instead = unused.length === 0 ? '' : ` Nothing takes ${named(unused)}: an attribute has to be named as its column.`;
  return `The recording has no ${named(attributes)} for ${stream}, so ${attributes.length === 1 ? 'it is' : 'they are'} null.${instead}`;
}

const namesShown = 6;

function named(names: readonly string[]): string {
  const left = names.length - namesShown;
  return left > 0 ? `${names.slice(0, namesShown).join(', ')} and ${count(left)} more` : names.join(', ');
}
