'use client';
import { reachWords } from '../../_domain/reach.ts';
import { useMe } from '../../_shell/me.tsx';
import { Card } from '../../_ui/card.tsx';
import { Details } from '../../_ui/details.tsx';
import { ChangePassword } from './change-password.tsx';
import { Passkeys } from './passkeys.tsx';
import { rightsInWords, roleLabel, roleMeaning } from './roles.ts';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** The person who is signed in: who that is here, the way in, and where it was used. */
export function Account() {
  const me = useMe();
  return (
    <div className="flex flex-col gap-4">
      {me === undefined ? null : (
        <Card title="You">
          <Details
            rows={[
              { name: 'Name', value: me.user.name },
              { name: 'E-mail', value: me.user.email },
              { name: 'Organization', value: me.organization.name },
              { name: 'Role', value: me.role === null ? 'none' : `${roleLabel(me.role)}: ${roleMeaning(me.role) ?? rightsInWords(me.capabilities)}` },
              { name: 'Where', value: me.fleets === null ? 'the whole organization' : reachWords(me.fleets) },
            ]}
          />
        </Card>
      )}
      <Sessions />
      <Passkeys />
      <SecondFactor />
      <ChangePassword />
    </div>
  );
}
