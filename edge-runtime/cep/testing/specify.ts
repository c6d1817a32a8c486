import { expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';
import { rowsOf, sendAll, type Sent } from './run-app.ts';

/** What a part of the language does: its name, the text after the definitions, the events, and the rows of `O`. */
export type Specified = readonly [name: string, text: string, sent: readonly Sent[], rows: readonly Row[]];

/** Each case answers as written, and does so too when the engine is saved and begun again at any point of it, whole or in increments. */
export function specify(definitions: string, cases: readonly Specified[]): void {
  it.each(cases)('%s', (_, text, sent, rows) => {
    const app = `${definitions} ${text}`;
    expect(rowsOf(app, 'O', sent)).toEqual(rows);
    for (let at = 0; at <= sent.length; at++) expect(resumedRows(app, sent, at), `resumed after ${at}`).toEqual(rows);
    expect(incrementedRows(app, sent), 'resumed from increments').toEqual(rows);
  });
}

/** The rows of `O` from two engines: one for the first `at` events, and one that goes on from its snapshot. */
function resumedRows(text: string, sent: readonly Sent[], at: number): Row[] {
  const app = compile(text);
  const rows: Row[] = [];
  const heard = (): Engine => {
    const engine = new Engine(app);
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    return engine;
  };
  const before = heard();
  sendAll(before, sent.slice(0, at));
  const after = heard();
  after.restore(before.snapshot());
  sendAll(after, sent.slice(at));
  return rows;
}

/** The same where the first engine was saved at once, then in an increment after each event of the first half. */
function incrementedRows(text: string, sent: readonly Sent[]): Row[] {
  const app = compile(text);
  const rows: Row[] = [];
  const heard = (): Engine => {
    const engine = new Engine(app);
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    return engine;
  };
  const [before, after] = [heard(), heard()];
  const snapshot = before.snapshot({ followed: true });
  const half = Math.ceil(sent.length / 2);
  const increments = sent.slice(0, half).flatMap((one) => {
    sendAll(before, [one]);
    return before.increment() ?? [];
  });
  after.restore(snapshot, increments);
  sendAll(after, sent.slice(half));
  return rows;
}
