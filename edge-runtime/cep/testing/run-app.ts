import { compile, Engine, type EngineOptions, type Environment, type Row } from '../index.ts';

/** What one step of a specification sends: an event, or the clock alone. */
export type Sent = readonly [stream: string, timestamp: number, ...values: unknown[]] | { advance: number };

/** Runs an app over some events and gives the rows of one stream, in order. */
export function rowsOf(text: string, stream: string, sent: readonly Sent[], options: EngineOptions & Environment = {}): Row[] {
  const engine = new Engine(compile(text, options), options);
  const rows: Row[] = [];
  engine.onStream(stream, (batch) => rows.push(...batch.rows));
  sendAll(engine, sent);
  return rows;
}

export function sendAll(engine: Engine, sent: readonly Sent[]): void {
  for (const one of sent) {
    if ('advance' in one) engine.advance(one.advance);
    else {
      const [stream, timestamp, ...row] = one;
      engine.send(stream, timestamp, row);
    }
  }
}

/** The errors of a text as "line:column message". */
export function errorsOf(analysis: { diagnostics: readonly { severity: string; line: number; column: number; message: string }[] }): string[] {
  return analysis.diagnostics.filter((one) => one.severity === 'error').map((one) => `${one.line}:${one.column} ${one.message}`);
}
