/**
 * Rules over recorded events: live preview, test cases and backtests. The same engine as on a node; pure, so that it runs in a
 * browser's worker and on the server alike.
 *
 * @module
 */
export { Backtest, type BacktestResult, type BacktestRow, type BacktestStream } from './backtest.ts';
export { columnsOf, type RecordedColumn } from './columns.ts';
export type { KeyChoice, LookedHolding, LookedMatch, QueryLook } from './look.ts';
export { countUntil, momentAt, MOMENTS, stepAt, timeOf, type Span } from './moments.ts';
export { Preview, type PreviewOptions, type PreviewQuery, type PreviewResult } from './preview.ts';
export { eventsOf, readRecording, RECORDED_EVENTS_MAX, recordingOf, type PlainEvent, type RecordedStream, type Recording, type RecordingOptions } from './recording.ts';
export { Stepper, type Breakpoint, type PutOut, type StepperOptions, type Stop, type StopReason } from './stepper.ts';
export type { AttributeRange, PreviewRow, PreviewStream } from './stream-book.ts';
export { answerAll, plain, runTestCase, type AskModel, type TestCase, type TestDifference, type TestOptions, type TestOutcome } from './test-case.ts';
