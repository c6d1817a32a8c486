import type { PlainEvent, PreviewResult } from '@selvedge/edge-runtime/cep/preview';
import { ruleLimits, type RuleTest } from '../../../../server/rules/schema.ts';
import type { PreviewState } from '../../../_editor/use-preview.ts';

/** Why what is previewed cannot be kept as a test case. */
export function whyNoTest({ recording, run }: Pick<PreviewState, 'recording' | 'run'>): string | undefined {
  if (recording === undefined || run === undefined) return 'Preview some events first';
  if (recording.events > ruleLimits.testEventsMax) return `A case holds ${ruleLimits.testEventsMax} events; this recording has ${recording.events}`;
  const outputs = run.result.streams.filter((one) => one.output);
  if (outputs.length === 0) return 'The rule puts nothing out';
  const most = Math.max(...outputs.map((one) => one.count));
  return most > ruleLimits.testRowsMax ? `A case holds ${ruleLimits.testRowsMax} rows a stream; there are ${most}` : undefined;
}

/** The case that a preview is: its events, and what the rule put out. */
export function testOf(name: string, events: readonly PlainEvent[], result: PreviewResult): RuleTest {
  return {
    name,
    settleMs: 0,
    events: events.map(({ stream, at, data }) => ({ stream, at, data: kept(Object.entries(data)) })),
    expected: result.streams
      .filter((one) => one.output)
      .map(({ name: stream, attributes, rows }) => ({ stream, rows: rows.map(({ row }) => kept(attributes.map((one, index) => [one.name, row[index]] as const))) })),
  };
}

function kept(entries: readonly (readonly [string, unknown])[]): RuleTest['events'][number]['data'] {
  return Object.fromEntries(entries.map(([name, value]) => [name, valueOf(value)]));
}

function valueOf(value: unknown): RuleTest['events'][number]['data'][string] {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Set) return [...value];
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value) ? value : null;
}
