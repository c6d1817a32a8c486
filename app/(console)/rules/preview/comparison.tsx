import type { PreviewResult, PreviewRow, PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import type { PreviewRun } from '../../../_editor/preview-protocol.ts';
import { count, plural } from '../../../_format/number.ts';
import { Moment } from '../../../_ui/moment.tsx';
import { valueText } from './value-text.ts';

/** Rows that are shown of those that one text alone puts out. */
const shownMax = 5;

/** Two texts over the same events: what each put out, and the first rows that only one of them did. */
export function Comparison({ result, other, version }: { result: PreviewResult; other: PreviewRun | { error: string }; version: number }) {
  if ('error' in other) return <p className="border-t border-line px-4 py-2 text-notice">Version {version} cannot run over these events: {other.error}</p>;
  const names = [...new Set([...result.streams, ...other.result.streams].filter((one) => one.output).map((one) => one.name))];
  const of = (from: PreviewResult, name: string): PreviewStream | undefined => from.streams.find((one) => one.name === name);
  return (
    <div className="border-t border-line px-4 py-2.5">
      <h3 className="mb-1 text-sm font-medium text-faint">Beside version {version}</h3>
      <ul className="flex flex-col gap-1.5">
        {names.map((name) => {
          const [here, there] = [of(result, name), of(other.result, name)];
          const { added, gone, complete } = differing(here, there);
          return (
            <li key={name}>
              <span className="flex flex-wrap gap-x-3">
                <span className="font-medium">{name}</span>
                <span className="tabular-nums">version {version}: {count(there?.count ?? 0)} · here: {count(here?.count ?? 0)}</span>
                <span className={added.length + gone.length === 0 ? 'text-dim' : 'text-notice'}>{added.length + gone.length === 0 ? 'the same rows' : `${plural(added.length, 'row')} only here, ${plural(gone.length, 'row')} only there`}{complete ? '' : ', among the first and last 500'}</span>
              </span>
              <OneSided stream={here} rows={added} sign="+" word="only here" tone="text-positive" />
              <OneSided stream={there} rows={gone} sign="−" word={`only version ${version}`} tone="text-critical" />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Rows that one of the texts alone puts out, the first of them. */
function OneSided({ stream, rows, sign, word, tone }: { stream: PreviewStream | undefined; rows: readonly PreviewRow[]; sign: string; word: string; tone: string }) {
  if (stream === undefined || rows.length === 0) return null;
  return (
    <ul className="mt-1 border-l border-line pl-3">
      {rows.slice(0, shownMax).map((one, index) => (
        <li key={index} className="flex gap-3 text-sm">
          <span className={tone}>{sign}<span className="sr-only"> {word}</span></span>
          <span className="font-mono text-xs leading-4 text-dim"><Moment at={one.timestamp} /></span>
          <span className="min-w-0 break-words tabular-nums">{stream.attributes.map(({ name }, column) => `${name} ${valueText(one.row[column])}`).join(', ')}</span>
        </li>
      ))}
      {rows.length > shownMax ? <li className="text-sm text-faint">and {count(rows.length - shownMax)} more {word}</li> : null}
    </ul>
  );
}

function differing(here: PreviewStream | undefined, there: PreviewStream | undefined): { added: PreviewRow[]; gone: PreviewRow[]; complete: boolean } {
  const keyOf = ({ timestamp, row }: PreviewRow) => `${timestamp} ${row.map(String).join('\u0000')}`;
  const [left, right] = [here?.rows ?? [], there?.rows ?? []];
  const [inLeft, inRight] = [new Set(left.map(keyOf)), new Set(right.map(keyOf))];
  return {
    added: left.filter((one) => !inRight.has(keyOf(one))),
    gone: right.filter((one) => !inLeft.has(keyOf(one))),
    complete: (here?.count ?? 0) === left.length && (there?.count ?? 0) === right.length,
  };
}
