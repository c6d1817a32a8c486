'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { RuleDetail } from '../../../../server/rules/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { LazyRuleComparison } from '../../../_editor/lazy-rule-editor.tsx';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { KeptBy } from '../../../_shell/kept-by.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { useLeaveWarning } from '../leave-warning.ts';
import { RuleWorkbench, useRuleDraft } from '../rule-workbench.tsx';
import { PublishDialog } from './publish-dialog.tsx';

/** The text that is being written on top of the newest version, with everything that can be done with it. */
export function EditableRule({ rule, published }: { rule: RuleDetail; published: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const draft = useRuleDraft(rule.draft?.text ?? published);
  const [saved, setSaved] = useState({ text: rule.draft?.text ?? published, revision: rule.draft?.revision ?? 0 });
  const [open, setOpen] = useState<'publish' | 'compare' | null>(null);
  const latest = rule.versions[0]?.version ?? 0;
  const unsaved = draft.text !== saved.text;
  useLeaveWarning(unsaved);

  const refresh = () => queryClient.invalidateQueries(trpc.rules.pathFilter());
  const save = useMutation(
    trpc.rules.saveDraft.mutationOptions({
      onSuccess: (result, input) => {
        setSaved({ text: input.text, revision: result.revision });
        return refresh();
      },
      onError: (error) => failed('The draft was not saved', error),
    }),
  );
  const discard = useMutation(
    trpc.rules.discardDraft.mutationOptions({
      onSuccess: () => {
        draft.setText(published);
        setSaved({ text: published, revision: 0 });
        toast({ tone: 'info', title: 'Draft discarded', description: `The text is that of version ${latest} again.` });
        return refresh();
      },
      onError: (error) => failed('The draft was not discarded', error),
    }),
  );

  const noSave = rule.can.saveDraft.allowed ? (unsaved ? undefined : 'Everything is saved') : rule.can.saveDraft.reason;
  const noPublish = !rule.can.publish.allowed ? rule.can.publish.reason : draft.text === published ? `It is the same text as version ${latest}` : draft.whyNotPublish;
  const saveNow = () => save.mutate({ name: rule.name, text: draft.text, ...(saved.revision === 0 ? {} : { revision: saved.revision }) });
  useCommands([
    { label: 'Save draft', shortcut: 's', run: saveNow, refused: noSave },
    { label: `Publish version ${latest + 1}`, shortcut: 'p', run: () => setOpen('publish'), refused: noPublish },
  ]);

  return (
    <>
      <PageHead
        title={rule.name}
        purpose={<Purpose rule={rule} latest={latest} changed={draft.text !== published} unsaved={unsaved} />}
        actions={
          <>
            {rule.draft !== null && latest > 0 ? (
              <Button tone="quiet" onClick={() => discard.mutate({ name: rule.name })} busy={discard.isPending} refused={rule.can.saveDraft.allowed ? undefined : rule.can.saveDraft.reason}>
                Discard draft
              </Button>
            ) : null}
            {latest > 0 ? (
              <Button onClick={() => setOpen('compare')} refused={draft.text === published ? 'There is no difference' : undefined}>
                Compare with {latest}
              </Button>
            ) : null}
            <Button onClick={saveNow} busy={save.isPending} refused={noSave}>
              Save draft
            </Button>
            <Button refused={!rule.can.deploy.allowed ? rule.can.deploy.reason : latest === 0 ? 'Publish a version first' : undefined} render={<Link href={paths.newDeployment({ rule: rule.name })} />}>
              Deploy
            </Button>
            <Button tone="primary" onClick={() => setOpen('publish')} refused={noPublish}>
              Publish version {latest + 1}
            </Button>
          </>
        }
      />
      <KeptBy kind="Rule" name={rule.name} />
      <RuleWorkbench draft={draft} rule={rule.name} label={`Text of ${rule.name}`} readOnly={!rule.can.saveDraft.allowed} published={latest === 0 ? undefined : { version: latest, text: published }} tests={{ rule: rule.name, refused: rule.can.saveDraft.allowed ? undefined : rule.can.saveDraft.reason }} />
      <PublishDialog
        open={open === 'publish'}
        onOpenChange={(next) => setOpen(next ? 'publish' : null)}
        name={rule.name}
        version={latest + 1}
        text={draft.text}
      />
      <Dialog wide open={open === 'compare'} onOpenChange={(next) => setOpen(next ? 'compare' : null)} title={`What differs from version ${latest}`}>
        <LazyRuleComparison before={published} after={draft.text} beforeLabel={`version ${latest}`} afterLabel="draft" />
      </Dialog>
    </>
  );
}

function Purpose({ rule, latest, changed, unsaved }: { rule: RuleDetail; latest: number; changed: boolean; unsaved: boolean }) {
  return (
    <>
      <span>{latest === 0 ? 'Not published yet' : changed ? `Draft on version ${latest}` : `Version ${latest}`}{latest === 0 ? '' : `, ${whereItRuns(rule, latest)}`}</span>
      {unsaved ? <span className="text-notice">not saved</span> : rule.draft === null ? null : <span>draft saved <RelativeTime at={rule.draft.savedAt} /> by {rule.draft.by}</span>}
    </>
  );
}

/** By what nodes report: the newest version's nodes, and those that run an older one. */
function whereItRuns(rule: RuleDetail, latest: number): string {
  const on = (newest: boolean) => rule.deployed.filter(({ version }) => (version === latest) === newest).reduce((sum, { nodes }) => sum + nodes, 0);
  const [newest, older] = [on(true), on(false)];
  if (newest === 0) return older === 0 ? 'which runs nowhere yet' : `which runs nowhere yet; older versions run on ${plural(older, 'node')}`;
  return `which runs on ${plural(newest, 'node')}${older === 0 ? '' : `; older versions on ${older}`}`;
}
