import type { KeyChoice, LookedHolding, LookedMatch, QueryLook } from '@selvedge/edge-runtime/cep/preview';
import type { ReactNode } from 'react';
import { count, plural } from '../../../_format/number.ts';
import { Moment, useMomentText } from '../../../_ui/moment.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';
import { KeyChooser } from './key-chooser.tsx';
import { dataText, valueText } from './value-text.ts';

/** What a query's windows and its pattern hold at a stop. */
export function Holdings({ look: { query, partition, holdings }, choice, onChoose }: { look: QueryLook; choice: KeyChoice; onChoose: (choice: Partial<KeyChoice>) => void }) {
  return (
    <>
      {partition === undefined ? null : <KeyChooser partition={partition} choice={choice} onChoose={onChoose} />}
      {partition !== undefined && partition.key === undefined ? null : holdings.length === 0 ? <p className="px-4 pb-3 text-dim">{query} keeps no events: it has neither window nor pattern.</p> : null}
      {holdings.map((one, index) => (one.kind === 'window' ? <Window key={index} holding={one} /> : <Matches key={index} holding={one} />))}
    </>
  );
}

function Window({ holding: { stream, total, columns, events } }: { holding: Extract<LookedHolding, { kind: 'window' }> }) {
  const first = events[0];
  const numeric = columns.map((_, column) => typeof first?.values[column] === 'number');
  return (
    <div className="pb-1">
      <Heading>{total === 0 ? `The window of ${stream} is empty` : `Window of ${stream}: ${plural(total, 'event')}`}{total > events.length ? `, the latest ${count(events.length)} shown` : ''}</Heading>
      {total === 0 ? null : (
        <div className="max-h-72 overflow-y-auto">
          <Table label={`Window of ${stream}`}>
            <thead><tr><HeadCell>At</HeadCell>{columns.map((one, column) => <HeadCell key={one} numeric={numeric[column] === true}>{one}</HeadCell>)}</tr></thead>
            <tbody>
              {[...events].reverse().map(({ at, values }, index) => (
                <tr key={index}>
                  <Cell mono><Moment at={at} /></Cell>
                  {columns.map((one, column) => <Cell key={one} numeric={numeric[column] === true}>{valueText(values[column])}</Cell>)}
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </div>
  );
}

function Matches({ holding: { stream, total, matches } }: { holding: Extract<LookedHolding, { kind: 'pattern' }> }) {
  const steps = [...new Set(matches.flatMap((one) => one.steps.map(({ name }) => name)))];
  return (
    <div className="pb-1">
      <Heading>{total === 0 ? `No match over ${stream} has begun` : `${plural(total, 'match', 'matches')} over ${stream} begun`}{total > matches.length ? `, the latest ${count(matches.length)} shown` : ''}</Heading>
      {total === 0 ? null : (
        <div className="max-h-72 overflow-y-auto">
          <Table label={`Begun matches over ${stream}`}>
            <thead><tr>{steps.map((one) => <HeadCell key={one}>{one}</HeadCell>)}<HeadCell>Waits for</HeadCell></tr></thead>
            <tbody>
              {[...matches].reverse().map((match, index) => (
                <tr key={index}>
                  {steps.map((one) => <Cell key={one} className="max-w-80"><Taken match={match} step={one} /></Cell>)}
                  <Cell>{match.waitsFor.join(' or ')}</Cell>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </div>
  );
}

/** What a match has taken at one step: the event, or the latest of many. */
function Taken({ match, step }: { match: LookedMatch; step: string }) {
  const momentText = useMomentText();
  const taken = match.steps.find((one) => one.name === step);
  const latest = taken?.events.at(-1);
  if (taken === undefined || latest === undefined) return null;
  const said = dataText(latest.data);
  return (
    <span title={`${momentText(latest.at)} ${said}`}>
      <span className="font-mono text-xs text-faint"><Moment at={latest.at} /></span> {said}{taken.total > 1 ? <span className="text-faint">, {count(taken.total - 1)} before it</span> : null}
    </span>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h4 className="px-4 pb-1 text-sm">{children}</h4>;
}
