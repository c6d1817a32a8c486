'use client';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { useCommands } from '../../_shell/commands.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { paths } from '../../paths.ts';
import { Button, buttonClasses } from '../../_ui/button.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Tabs } from '../../_ui/tabs.tsx';
import { Account } from './account.tsx';
import { BreakGlass } from './break-glass.tsx';
import { CreateApiTokenDialog } from './create-api-token-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { Members } from './members.tsx';
import { ChannelDialog } from './channel-dialog.tsx';
import { NodeKeys } from './node-keys.tsx';
import { Notifications } from './notifications.tsx';
import { OrganizationCard } from './organization-card.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { Roles } from './roles-card.tsx';
import { settingsParsers } from './settings-tabs.ts';
import { SigningKeys } from './signing-keys.tsx';
import { SigningRequests } from './signing-requests.tsx';
import { ApiTokens } from './api-tokens.tsx';

/** Who may come in, people and programs, who is told of what, and the keys that sign what nodes run. */
export function SettingsPage() {
  const [{ tab }, set] = useQueryStates(settingsParsers, { history: 'push' });
  const [making, setMaking] = useState<'invitation' | 'role' | 'token' | 'channel' | null>(null);
  const refused = useRefusal('settings:write', 'Administrators');
  useCommands([
    { label: 'Invite a person', shortcut: 'c', run: () => setMaking('invitation'), refused },
    { label: 'Make a role', run: () => setMaking('role'), refused },
    { label: 'Add a notification channel', run: () => setMaking('channel'), refused },
    { label: 'Create an API token', run: () => setMaking('token'), refused },
  ]);
  const invite = (
    <Button tone="primary" onClick={() => setMaking('invitation')} refused={refused}>
      Invite a person
    </Button>
  );
  const makeRole = (
    <Button tone="primary" onClick={() => setMaking('role')} refused={refused}>
      Make a role
    </Button>
  );
  const createToken = (
    <Button tone="primary" onClick={() => setMaking('token')} refused={refused}>
      Create a token
    </Button>
  );
  const addChannel = (
    <Button tone="primary" onClick={() => setMaking('channel')} refused={refused}>
      Add a channel
    </Button>
  );
  const actions = { members: invite, roles: makeRole, tokens: createToken, notifications: addChannel, account: undefined, keys: undefined }[tab];
  return (
    <PageFrame crumbs={[{ label: 'Settings' }]}>
      <PageHead
        title="Settings"
        purpose="Who may come in, who is told of what, and the keys that sign what nodes run."
        actions={
          <>
            <Link href={paths.enrolment()} className={buttonClasses()}>
              Enrolment tokens
            </Link>
            {actions}
          </>
        }
      />
      <Tabs
        label="Settings"
        value={tab}
        onChange={(next) => void set({ tab: next })}
        tabs={[
          {
            value: 'members',
            label: 'Members',
            content: (
              <div className="flex flex-col gap-4">
                <Members />
                <OrganizationCard refused={refused} />
                <BreakGlass />
              </div>
            ),
          },
          { value: 'roles', label: 'Roles', content: <Roles /> },
          { value: 'tokens', label: 'API tokens', content: <ApiTokens create={createToken} /> },
          { value: 'notifications', label: 'Notifications', content: <Notifications add={addChannel} /> },
          { value: 'account', label: 'Your account', content: <Account /> },
          {
            value: 'keys',
            label: 'Keys',
            content: (
              <div className="flex flex-col gap-4">
                <SigningRequests />
                <SigningKeys />
                <NodeKeys refused={refused} />
              </div>
            ),
          },
        ]}
      />
      <InviteDialog open={making === 'invitation'} close={() => setMaking(null)} />
      <RoleDialog open={making === 'role'} close={() => setMaking(null)} />
      <ChannelDialog open={making === 'channel'} close={() => setMaking(null)} />
      <CreateApiTokenDialog open={making === 'token'} close={() => setMaking(null)} />
    </PageFrame>
  );
}
