'use client';
import { lazy, Suspense } from 'react';
import { useInBrowser } from '../_ui/in-browser.ts';
import type { RuleEditorProps } from './rule-editor.tsx';
import { RuleText } from './rule-text.tsx';

const Editor = lazy(async () => ({ default: (await import('./rule-editor.tsx')).RuleEditor }));
const Comparison = lazy(async () => ({ default: (await import('./rule-comparison.tsx')).RuleComparison }));

/** The editor, which comes after the page: its text is there from the first paint, readable, and becomes editable in place. */
export function LazyRuleEditor(props: RuleEditorProps) {
  const text = <RuleText text={props.text} label={props.label} />;
  return useInBrowser() ? <Suspense fallback={text}><Editor {...props} /></Suspense> : text;
}

/** Two texts side by side; fetched when someone asks for it. */
export function LazyRuleComparison(props: Parameters<typeof Comparison>[0]) {
  return (
    <Suspense fallback={<RuleText text={props.after} label={props.afterLabel} />}>
      <Comparison {...props} />
    </Suspense>
  );
}
