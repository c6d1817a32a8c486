'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TestDifference, TestOutcome } from '@selvedge/edge-runtime/cep/preview';
import { useEffect, useState } from 'react';
import type { RuleTest } from '../../../../server/rules/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import type { KnownModel } from '../../../_editor/preview-protocol.ts';
import { plural } from '../../../_format/number.ts';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Status } from '../../../_ui/status.tsx';
import type { PreviewControls } from '../../../_editor/use-preview.ts';
import { SaveTestDialog } from './save-test-dialog.tsx';
import { whyNoTest } from './test-of-preview.ts';

/** The cases that the rule's next version is held to, run over the text as it is written. */
export function TestsCard({ rule, refused, preview, text, models, onFailing }: {
  rule: string;
  /** Why this person may not change them. */
  refused: string | undefined;
  preview: PreviewControls;
  /** Undefined while the text does not type-check. */
  text: string | undefined;
  models: readonly KnownModel[];
  onFailing: (failing: number) => void;
}) {
  const trpc = useTRPC();
  const tests = useQuery(trpc.rules.tests.queryOptions({ name: rule }));
  const outcomes = useOutcomes(preview, text, tests.data, models);
  const [saving, setSaving] = useState(false);
  const failing = (tests.data ?? []).filter((one) => outcomes.get(one.name)?.passed === false).length;
  useEffect(() => onFailing(failing), [failing, onFailing]);
  const notNow = refused ?? whyNoTest(preview.state);
  const save = (
    <Button size="sm" refused={notNow} onClick={() => setSaving(true)}>
      Save the preview as a case
    </Button>
  );
  const list = tests.data ?? [];
  return (
    <Card title="Test cases" subtitle={list.length === 0 ? undefined : failing > 0 ? `${failing} of ${plural(list.length, 'case')} ${failing === 1 ? 'fails' : 'fail'}: it cannot be published` : plural(list.length, 'case')} actions={list.length === 0 ? undefined : save}>
      {list.length === 0 ? (
        <EmptyState kind="nothing-yet" title="No test case yet" action={save}>
          A case is events and what the rule makes of them. Each new version has to make the same of them before it can be published.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {list.map((test) => <TestItem key={test.name} rule={rule} test={test} outcome={outcomes.get(test.name)} refused={refused} preview={preview} />)}
        </ul>
      )}
      <SaveTestDialog open={saving} onOpenChange={setSaving} rule={rule} preview={preview} />
    </Card>
  );
}

function useOutcomes(preview: PreviewControls, text: string | undefined, tests: readonly RuleTest[] | undefined, models: readonly KnownModel[]): ReadonlyMap<string, TestOutcome> {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, TestOutcome>>(new Map());
  const { client } = preview;
  useEffect(() => {
    if (text === undefined || tests === undefined || tests.length === 0) return undefined;
    let current = true;
    client().test(text, tests, models).then(
      (done) => {
        if (current) setOutcomes(new Map(done.map((one) => [one.name, one])));
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [text, tests, models, client]);
  return outcomes;
}

function TestItem({ rule, test, outcome, refused, preview }: { rule: string; test: RuleTest & { savedAt: number; by: string }; outcome: TestOutcome | undefined; refused: string | undefined; preview: PreviewControls }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const remove = useMutation(trpc.rules.deleteTest.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.rules.tests.queryFilter({ name: rule })), onError: (error) => failed('The case was not deleted', error) }));
  return (
    <li className="px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {outcome === undefined ? <Status tone="neutral" word="not run" /> : outcome.passed ? <Status tone="positive" word="passes" /> : <Status tone="critical" word="fails" />}
        <span className="font-medium">{test.name}</span>
        <span className="text-dim">{plural(test.events.length, 'event')} → {test.expected.map((one) => `${one.stream} ${one.rows.length}`).join(', ')}</span>
        <span className="text-faint">saved <RelativeTime at={test.savedAt} /> by {test.by}</span>
        <span className="ml-auto flex gap-2">
          <Button size="sm" tone="quiet" onClick={() => void preview.loadEvents(test.events, `the case ‘${test.name}’`)}>Preview</Button>
          <Button size="sm" tone="quiet" refused={refused} busy={remove.isPending} onClick={() => remove.mutate({ name: rule, test: test.name })}>Delete</Button>
        </span>
      </div>
      {outcome === undefined || outcome.passed ? null : (
        <ul className="mt-1.5 flex flex-col gap-1 border-l border-critical pl-3">
          {outcome.problems.map((problem) => <li key={problem} className="break-words">{problem}</li>)}
          {outcome.differences.map((difference) => <li key={`${difference.stream} ${difference.row}`} className="break-words"><Difference difference={difference} /></li>)}
        </ul>
      )}
    </li>
  );
}

function Difference({ difference: { stream, row, expected, found, attributes } }: { difference: TestDifference }) {
  const place = <span className="text-dim">{`row ${row + 1} of ${stream}: `}</span>;
  if (found === undefined) return <>{place}<code>{JSON.stringify(expected)}</code> is expected and does not come</>;
  if (expected === undefined) return <>{place}<code>{JSON.stringify(found)}</code> comes and is not expected</>;
  return (
    <>
      {place}
      {attributes.map((name) => (
        <span key={name} className="mr-3">
          {name} is <code>{JSON.stringify(found[name])}</code>, expected <code>{JSON.stringify(expected[name])}</code>
        </span>
      ))}
    </>
  );
}
