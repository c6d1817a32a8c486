'use client';
import { skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsInteger, parseAsString, useQueryState } from 'nuqs';
import { useMemo } from 'react';
import type { RuleDetail } from '../../../../server/rules/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { RuleWorkbench, useRuleDraft } from '../rule-workbench.tsx';
import { EditableRule } from './editable-rule.tsx';
import { RuleVersions } from './rule-versions.tsx';

/** One rule: the text being written, or one version as it was published, with where it runs. */
export function RulePage({ name }: { name: string }) {
  const trpc = useTRPC();
  const [version, setVersion] = useQueryState('version', parseAsInteger);
  const query = useQuery(trpc.rules.get.queryOptions({ name }));
  return (
    <PageFrame crumbs={[{ label: 'Rules', href: paths.rules() }, { label: name, ...(version === null ? {} : { href: paths.rule(name) }) }, ...(version === null ? [] : [{ label: `version ${version}` }])]}>
      <Loaded query={query} what="this rule" back={{ label: 'All rules', href: paths.rules() }} skeleton={<Card><SkeletonRows rows={14} columns={2} /></Card>}>
        {(rule) => (
          <>
            {version === null ? <NewestText rule={rule} /> : <PublishedText name={name} version={version} back={() => void setVersion(null)} />}
            <RuleVersions rule={rule} shown={version} />
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

/** The draft if there is one, else the newest version's text to write on. */
function NewestText({ rule }: { rule: RuleDetail }) {
  const trpc = useTRPC();
  const latest = rule.versions[0]?.version ?? null;
  const query = useQuery({ ...trpc.rules.version.queryOptions({ name: rule.name, version: latest ?? 1 }), enabled: latest !== null });
  if (latest === null) return <EditableRule key="unpublished" rule={rule} published="" />;
  return (
    <Loaded query={query} what="the text of this rule" skeleton={<Card><SkeletonRows rows={14} columns={2} /></Card>}>
      {(version) => <EditableRule key={version.version} rule={rule} published={version.text} />}
    </Loaded>
  );
}

function PublishedText({ name, version, back }: { name: string; version: number; back: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.rules.version.queryOptions({ name, version }));
  return (
    <Loaded query={query} what={`version ${version}`} back={{ label: `The newest of ${name}`, href: paths.rule(name) }} skeleton={<Card><SkeletonRows rows={14} columns={2} /></Card>}>
      {(published) => (
        <>
          <PageHead
            title={`${name} ${version}`}
            purpose={published.note === '' ? 'As it was published; a version never changes.' : published.note}
            actions={
              <>
                <Button onClick={back}>Write on</Button>
                <Button tone="primary" render={<Link href={paths.newDeployment({ rule: name })} />}>
                  Deploy
                </Button>
              </>
            }
          />
          <ReadOnlyText key={version} text={published.text} label={`Text of ${name} version ${version}`} />
        </>
      )}
    </Loaded>
  );
}

function ReadOnlyText({ text, label }: { text: string; label: string }) {
  const trpc = useTRPC();
  const draft = useRuleDraft(text);
  const [detection] = useQueryState('detection', parseAsString);
  const caused = useQuery(trpc.detections.get.queryOptions(detection === null ? skipToken : { id: detection }));
  const events = useMemo(() => (caused.data === undefined ? undefined : { list: caused.data.causes, from: `events before ‘${caused.data.title}’ on ${caused.data.node.name}` }), [caused.data]);
  return <RuleWorkbench draft={draft} label={label} readOnly events={events} />;
}
