/** The agent link: every message, the bundle, and what both ends must compute alike. Imports only zod. */
export * from './agent-version.ts';
export * from './bundle.ts';
export * from './canonical-json.ts';
export * from './connectors.ts';
export * from './fingerprint.ts';
export * from './messages.ts';
export * from './model-call.ts';
export * from './node-key.ts';
export * from './offline.ts';
export * from './records.ts';
export * from './scalars.ts';
export * from './sketch.ts';
export * from './spread.ts';
export * from './states.ts';
export * from './telemetry.ts';
export * from './windows.ts';
