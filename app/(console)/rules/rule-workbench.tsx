'use client';
import { useQuery } from '@tanstack/react-query';
import type { Analysis } from '@selvedge/edge-runtime/cep';
import type { RuleDocument } from '@selvedge/edge-runtime/cep/language-service';
import type { PlainEvent, PreviewResult } from '@selvedge/edge-runtime/cep/preview';
import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useTRPC } from '../../_data/trpc.tsx';
import { LazyRuleEditor } from '../../_editor/lazy-rule-editor.tsx';
import type { RuleEditorHandle } from '../../_editor/rule-editor.tsx';
import { bytes, plural } from '../../_format/number.ts';
import { Button } from '../../_ui/button.tsx';
import { Card, Grid } from '../../_ui/card.tsx';
import { Kbd } from '../../_ui/kbd.tsx';
import { Segments } from '../../_ui/segments.tsx';
import { Status } from '../../_ui/status.tsx';
import { usePreview } from '../../_editor/use-preview.ts';
import { useStops } from '../../_editor/use-stops.ts';
import { standingAt } from './preview/standing.ts';
import { RuleGraph } from './rule-graph.tsx';

// They bring the language service, dialogs and schemas along, which are fetched after the page as the editor is.
const PreviewCard = lazy(async () => ({ default: (await import('./preview/preview-card.tsx')).PreviewCard }));
const TestsCard = lazy(async () => ({ default: (await import('./tests/tests-card.tsx')).TestsCard }));
const RuleOutline = lazy(async () => ({ default: (await import('./rule-outline.tsx')).RuleOutline }));

/** Cards to come, as tall as when they have nothing to show, so that what stands below them does not move. */
const previewToCome = <Card title="Preview"><div className="h-[261px]" /></Card>;
const testsToCome = <Card title="Test cases"><div className="h-[243px]" /></Card>;

/** A text being written and what is known of it. */
export interface RuleDraft {
  text: string;
  setText: (text: string) => void;
  /** The last state of the text that was checked. */
  document: RuleDocument | undefined;
  setDocument: (document: RuleDocument) => void;
  analysis: Analysis | undefined;
  /** Tells how many test cases the text fails. */
  setFailing: (failing: number) => void;
  /** Why it cannot be published as it stands. */
  whyNotPublish: string | undefined;
}

export function useRuleDraft(initial: string): RuleDraft {
  const [text, setText] = useState(initial);
  const [document, setDocument] = useState<RuleDocument>();
  const [failing, setFailing] = useState(0);
  const analysis = document?.analysis;
  const errors = analysis?.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length ?? 0;
  const whyNotPublish = text.trim() === '' ? 'There is no text yet' : analysis === undefined ? 'Not checked yet' : errors > 0 ? `It has ${plural(errors, 'error')}` : failing > 0 ? `It fails ${plural(failing, 'test case')}` : undefined;
  return { text, setText, document, setDocument, analysis, setFailing, whyNotPublish };
}

export function CheckStatus({ analysis }: { analysis: Analysis | undefined }) {
  if (analysis === undefined) return <Status tone="neutral" word="Checking" />;
  const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  if (errors > 0) return <Status tone="critical" word={plural(errors, 'error')} />;
  return <Status tone="positive" word="Type-checks" />;
}

export interface RuleWorkbenchProps {
  draft: RuleDraft;
  label: string;
  /** The rule that the events of the preview are kept for, when somebody comes back to it. */
  rule?: string | undefined;
  readOnly?: boolean;
  /** A published text that the preview can run beside this one. */
  published?: { version: number; text: string } | undefined;
  /** The rule whose test cases the text is held to; `refused` says why this person may not change them. */
  tests?: { rule: string; refused: string | undefined } | undefined;
  /** Events to begin with, and where they are from. */
  events?: { list: readonly PlainEvent[]; from: string } | undefined;
}

/** The editor with the graph beside it, always of the same text, what is wrong with it below, and what it does with recorded events. */
export function RuleWorkbench({ draft, label, rule, readOnly = false, published, tests, events }: RuleWorkbenchProps) {
  const trpc = useTRPC();
  const models = useQuery(trpc.models.signatures.queryOptions({}));
  const editor = useRef<RuleEditorHandle>(null);
  const [view, setView] = useState<'graph' | 'list'>('graph');
  const { document } = draft;
  const [beside, setBeside] = useState(false);
  const known = models.data ?? noModels;
  const sound = draft.analysis?.ok === true && document?.text === draft.text;
  const preview = usePreview(draft.analysis?.ok === true ? document?.text : undefined, beside && published !== undefined ? published.text : null, known, rule);
  const begin = useEffectEvent(() => {
    if (events !== undefined) void preview.loadEvents(events.list, events.from);
    else void preview.loadKept();
  });
  const list = events?.list;
  useEffect(() => begin(), [list]);
  const result = preview.state.run?.result;
  const queryNodes = useMemo(() => document?.graph.nodes.filter((one) => one.kind === 'query') ?? [], [document]);
  const queryNames = useMemo(() => queryNodes.map((one) => one.label), [queryNodes]);
  const stops = useStops(preview, queryNames, known);
  const stopping = useMemo(() => new Set(stops.breakpoints.map((one) => one.query)), [stops.breakpoints]);
  const queries = useMemo(() => queryNodes.map(({ label: query, at }) => ({ query, from: at.from, to: at.to, stops: stopping.has(query) })), [queryNodes, stopping]);
  const [moment, setMoment] = useState<{ of: unknown; at: number | null }>({ of: undefined, at: null });
  // A moment is one of a recording, until the run stops somewhere else.
  const followed = stops.stop ?? preview.state.recording;
  const standing = useMemo(() => (result === undefined ? undefined : standingAt(result, moment.of === followed ? moment.at : null, stops.stop)), [result, moment, followed, stops.stop]);
  const rates = useMemo(() => ratesOf(result), [result]);
  const state = useMemo(() => document?.state(rates) ?? [], [document, rates]);
  const asksModels = document?.graph.nodes.some((one) => one.kind === 'model') ?? false;
  const feedable = (draft.analysis?.streams ?? []).filter((one) => one.kind === 'stream' && one.defined).map((one) => one.name);
  const show = (from: number, to?: number) => editor.current?.reveal(from, to);
  return (
    <Grid>
      <Card
        span={8}
        title="Rule"
        actions={
          <>
            {readOnly ? null : (
              <Button tone="quiet" size="sm" onClick={() => editor.current?.format()}>
                Format <Kbd keys="⇧⌥F" />
              </Button>
            )}
            <CheckStatus analysis={draft.analysis} />
          </>
        }
      >
        <div className="lg:max-h-(--workbench-height) lg:overflow-y-auto">
          <LazyRuleEditor handle={editor} text={draft.text} onChange={draft.setText} onDocument={draft.setDocument} queries={queries} onBreakpoint={stops.toggle} models={known} readOnly={readOnly} label={label} placeholder="define stream …" />
        </div>
        <Problems analysis={draft.analysis} show={show} />
      </Card>
      <Card
        span={4}
        title="Graph"
        subtitle={state.length === 0 ? undefined : `holds about ${bytes(state.reduce((sum, one) => sum + one.bytes, 0))}`}
        actions={<Segments label="How the rule is shown" value={view} onChange={setView} options={[{ value: 'graph', label: 'Graph' }, { value: 'list', label: 'List' }]} />}
      >
        {document === undefined ? (
          <p className="px-4 py-3.5 text-dim">Nothing is known of the text yet.</p>
        ) : view === 'graph' ? (
          <RuleGraph graph={document.graph} counts={standing?.counts} stopping={stopping} onBreakpoint={stops.toggle} onShow={(node) => show(node.at.from, node.at.to)} />
        ) : (
          <Suspense>
            <RuleOutline document={document} state={state} measured={rates !== undefined} onShow={show} />
          </Suspense>
        )}
      </Card>
      <Suspense fallback={previewToCome}>
        <PreviewCard preview={preview} stops={stops} standing={standing} onMoment={(at) => setMoment({ of: followed, at })} streams={feedable} models={known} asksModels={asksModels} compare={published === undefined ? undefined : { version: published.version, on: beside }} onCompare={setBeside} sound={sound} onDefine={readOnly || document === undefined ? undefined : ({ stream, columns }) => draft.setText(document.withDefinition(stream, columns))} />
      </Suspense>
      {tests === undefined ? null : (
        <Suspense fallback={testsToCome}>
          <TestsCard rule={tests.rule} refused={tests.refused} preview={preview} text={draft.analysis?.ok === true ? document?.text : undefined} models={known} onFailing={draft.setFailing} />
        </Suspense>
      )}
    </Grid>
  );
}

/** Events a second of each stream, over the span of what was previewed. */
function ratesOf(result: PreviewResult | undefined): Record<string, number> | undefined {
  if (result === undefined || result.to <= result.from) return undefined;
  return Object.fromEntries(result.streams.map((one) => [one.name, Math.round((one.count / (result.to - result.from)) * 1_000_000) / 1000]));
}

const noModels: never[] = [];

function Problems({ analysis, show }: { analysis: Analysis | undefined; show: (from: number, to: number) => void }) {
  if (analysis === undefined || analysis.diagnostics.length === 0) return null;
  return (
    <ul aria-label="Problems" aria-live="polite" className="border-t border-line">
      {analysis.diagnostics.slice(0, 20).map((diagnostic, index) => (
        <li key={index} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-b-0">
          <button type="button" className="hover:underline" aria-label={`Show line ${diagnostic.line}, column ${diagnostic.column}`} onClick={() => show(diagnostic.from, diagnostic.to)}>
            <Status tone={diagnostic.severity === 'error' ? 'critical' : 'notice'} word={<span className="font-mono text-[12px] text-dim tabular-nums">{diagnostic.line}:{diagnostic.column}</span>} />
          </button>
          <span className="min-w-0 break-words">
            {diagnostic.message} {diagnostic.hint === undefined ? null : <span className="text-dim">{diagnostic.hint}</span>}
          </span>
        </li>
      ))}
      {analysis.diagnostics.length > 20 ? <li className="px-4 py-2 text-dim">and {analysis.diagnostics.length - 20} more</li> : null}
    </ul>
  );
}
