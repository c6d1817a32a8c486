'use client';
import { useQuery } from '@tanstack/react-query';
import type { Analysis } from '@selvedge/edge-runtime/cep';
import { useState } from 'react';
import { useTRPC } from '../../_data/trpc.tsx';
import { RuleEditor } from '../../_editor/rule-editor.tsx';
import { plural } from '../../_format/number.ts';
import { Card, Grid } from '../../_ui/card.tsx';
import { Status } from '../../_ui/status.tsx';
import { RuleOutline } from './rule-outline.tsx';

/** A text being written and what is known of it. */
export interface RuleDraft {
  text: string;
  setText: (text: string) => void;
  analysis: Analysis | undefined;
  setAnalysis: (analysis: Analysis) => void;
  /** Why it cannot be published as it stands. */
  whyNotPublish: string | undefined;
}

export function useRuleDraft(initial: string): RuleDraft {
  const [text, setText] = useState(initial);
  const [analysis, setAnalysis] = useState<Analysis>();
  const errors = analysis?.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length ?? 0;
  const whyNotPublish = text.trim() === '' ? 'There is no text yet' : analysis === undefined ? 'Not checked yet' : errors > 0 ? `It has ${plural(errors, 'error')}` : undefined;
  return { text, setText, analysis, setAnalysis, whyNotPublish };
}

export function CheckStatus({ analysis }: { analysis: Analysis | undefined }) {
  if (analysis === undefined) return <Status tone="neutral" word="Checking" />;
  const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  if (errors > 0) return <Status tone="critical" word={plural(errors, 'error')} />;
  return <Status tone="positive" word="Type-checks" />;
}

/** The editor with what it says beside it: problems first, then what the text is made of. */
export function RuleWorkbench({ draft, label, readOnly = false, nonce }: { draft: RuleDraft; label: string; readOnly?: boolean; nonce?: string }) {
  const trpc = useTRPC();
  const models = useQuery(trpc.models.signatures.queryOptions({}));
  return (
    <Grid>
      <Card span={8} title="Rule" actions={<CheckStatus analysis={draft.analysis} />}>
        <RuleEditor text={draft.text} onChange={draft.setText} onAnalysis={draft.setAnalysis} models={models.data ?? noModels} readOnly={readOnly} label={label} placeholder="define stream …" {...(nonce === undefined ? {} : { nonce })} />
        <Problems analysis={draft.analysis} />
      </Card>
      <Card span={4} title="What it is made of">
        <RuleOutline analysis={draft.analysis} />
      </Card>
    </Grid>
  );
}

const noModels: never[] = [];

function Problems({ analysis }: { analysis: Analysis | undefined }) {
  if (analysis === undefined || analysis.diagnostics.length === 0) return null;
  return (
    <ul aria-label="Problems" aria-live="polite" className="border-t border-line">
      {analysis.diagnostics.slice(0, 20).map((diagnostic, index) => (
        <li key={index} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-b-0">
          <Status tone={diagnostic.severity === 'error' ? 'critical' : 'notice'} word={<span className="font-mono text-[12px] text-dim tabular-nums">{diagnostic.line}:{diagnostic.column}</span>} />
          <span className="min-w-0 break-words">
            {diagnostic.message} {diagnostic.hint === undefined ? null : <span className="text-dim">{diagnostic.hint}</span>}
          </span>
        </li>
      ))}
      {analysis.diagnostics.length > 20 ? <li className="px-4 py-2 text-dim">and {analysis.diagnostics.length - 20} more</li> : null}
    </ul>
  );
}
