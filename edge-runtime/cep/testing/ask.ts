import { compile, Engine, type EngineOptions, type Environment, type Row } from '../index.ts';
import { sendAll, type Sent } from './run-app.ts';

/** Runs an app over some events and gives the rows of an on-demand query after each of them that is asked. */
export function ask(text: string, sent: readonly Sent[], queries: string, options?: EngineOptions & Environment): Row[];
export function ask(text: string, sent: readonly Sent[], queries: readonly string[], options?: EngineOptions & Environment): Row[][];
export function ask(text: string, sent: readonly Sent[], queries: string | readonly string[], options: EngineOptions & Environment = {}): Row[] | Row[][] {
  const engine = new Engine(compile(text, options), options);
  sendAll(engine, sent);
  return typeof queries === 'string' ? engine.query(queries).rows : queries.map((one) => engine.query(one).rows);
}

/** What an on-demand query is refused with: "line:column message", every one. */
export function refusals(text: string, query: string, options: EngineOptions & Environment = {}): string[] {
  const engine = new Engine(compile(text, options), options);
  try {
    engine.query(query);
  } catch (failure) {
    if (failure instanceof Error && 'diagnostics' in failure && Array.isArray(failure.diagnostics) && failure.diagnostics.length > 0) {
      return failure.diagnostics.map((one: { line: number; column: number; message: string }) => `${one.line}:${one.column} ${one.message}`);
    }
    return [failure instanceof Error ? failure.message : String(failure)];
  }
  return [];
}
