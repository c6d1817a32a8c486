/**
 * The CEP engine's public face: SiddhiQL in, typed rows in, typed rows out.
 *
 *     const engine = new Engine(compile(text));
 *     engine.onStream('Hot', (batch) => report(batch.rows));
 *     engine.send('Reading', timestamp, ['pump-1', 81.5]);
 *
 * @module
 */
export type * from './api.ts';
export type * from './engine-api.ts';
export type * from './held-api.ts';
export { CepError } from './api.ts';
export { analyze, compile, type CompiledApp } from './analyze.ts';
export { incrementHead, isIncrement, type IncrementHead } from './runtime/increment-form.ts';
export { Engine } from './runtime/engine.ts';
export { rowReader } from './row-reader.ts';
