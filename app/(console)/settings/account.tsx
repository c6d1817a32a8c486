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

type Grant = NonNullable<ReturnType<typeof useMe>>['grants'][number];

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
              ...rolesOf(me.grants),
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

/** Each role with where it holds and what it may. */
function rolesOf(grants: readonly Grant[]): { name: string; value: string }[] {
  if (grants.length === 0) return [{ name: 'Role', value: 'none' }];
  return grants.map(({ role, fleets, capabilities }, index) => ({
    name: grants.length === 1 ? 'Role' : `Role ${index + 1}`,
    value: `${roleLabel(role)} ${fleets === null ? 'in the whole organization' : reachWords(fleets)}: ${roleMeaning(role) ?? rightsInWords(capabilities)}`,
  }));
}
