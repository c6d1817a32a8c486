import type { PreviewResult, PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import type { PreviewRun } from '../../../_editor/preview-protocol.ts';
import { count, plural } from '../../../_format/number.ts';

/** Two texts over the same events: what each put out, and the first rows that only one of them did. */
export function Comparison({ result, other, version }: { result: PreviewResult; other: PreviewRun | { error: string }; version: number }) {
  if ('error' in other) return <p className="border-t border-line px-4 py-2 text-notice">Version {version} cannot run over these events: {other.error}</p>;
  const names = [...new Set([...result.streams, ...other.result.streams].filter((one) => one.output).map((one) => one.name))];
  const of = (from: PreviewResult, name: string): PreviewStream | undefined => from.streams.find((one) => one.name === name);
  return (
    <div className="border-t border-line px-4 py-2.5">
      <h3 className="mb-1 text-sm font-medium text-faint">Beside version {version}</h3>
      <ul className="flex flex-col gap-1">
        {names.map((name) => {
          const [here, there] = [of(result, name), of(other.result, name)];
          const { added, gone, complete } = differing(here, there);
          return (
            <li key={name} className="flex flex-wrap gap-x-3">
              <span className="font-medium">{name}</span>
              <span className="tabular-nums">version {version}: {count(there?.count ?? 0)} · here: {count(here?.count ?? 0)}</span>
              <span className={added + gone === 0 ? 'text-dim' : 'text-notice'}>{added + gone === 0 ? 'the same rows' : `${plural(added, 'row')} only here, ${plural(gone, 'row')} only there`}{complete ? '' : ', among the first and last 500'}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function differing(here: PreviewStream | undefined, there: PreviewStream | undefined): { added: number; gone: number; complete: boolean } {
  const keys = (stream: PreviewStream | undefined) => (stream?.rows ?? []).map(({ timestamp, row }) => `${timestamp} ${row.map(String).join('\u0000')}`);
  const [left, right] = [keys(here), keys(there)];
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  return {
    added: left.filter((one) => !inRight.has(one)).length,
    gone: right.filter((one) => !inLeft.has(one)).length,
    complete: (here?.count ?? 0) === left.length && (there?.count ?? 0) === right.length,
  };
}
