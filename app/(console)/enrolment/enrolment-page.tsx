'use client';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { useCommands } from '../../_shell/commands.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Tabs } from '../../_ui/tabs.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { enrolmentParsers } from './enrolment-filters.ts';
import { Requests } from './requests.tsx';
import { Tokens } from './tokens.tsx';

/** How nodes come in: by a person who compares fingerprints, or by a token. */
export function EnrolmentPage() {
  const [{ tab, state }, set] = useQueryStates(enrolmentParsers, { history: 'push' });
  const [creating, setCreating] = useState(false);
  const refused = useRefusal('settings:write', 'Administrators');
  useCommands([{ label: 'Create an enrolment token', shortcut: 'c', run: () => setCreating(true), refused }]);
  const create = (
    <Button tone="primary" onClick={() => setCreating(true)} refused={refused}>
      Create a token
    </Button>
  );
  return (
    <PageFrame crumbs={[{ label: 'Enrolment' }]}>
      <PageHead title="Enrolment" purpose="Nodes that ask to join, and tokens that let them in without asking." actions={create} />
      <Tabs
        label="Enrolment"
        value={tab}
        onChange={(next) => void set({ tab: next })}
        tabs={[
          { value: 'requests', label: 'Requests', content: <Requests state={state} onState={(next) => void set({ state: next })} /> },
          { value: 'tokens', label: 'Tokens', content: <Tokens create={create} /> },
        ]}
      />
      <CreateTokenDialog open={creating} onOpenChange={setCreating} />
    </PageFrame>
  );
}
