'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { passwordLimits } from '../../../server/identity/schema.ts';
import { postAuth } from '../../_data/post-auth.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useMe } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Checkbox } from '../../_ui/checkbox.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { useToast } from '../../_ui/toast.tsx';

/** A new password for the person who is signed in, against the old one. The form starts afresh once it is changed. */
export function ChangePassword() {
  const [times, setTimes] = useState(0);
  return (
    <Card title="Password" padded>
      <PasswordForm key={times} onChanged={() => setTimes(times + 1)} />
    </Card>
  );
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const email = useMe()?.user.email ?? '';
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [endOthers, setEndOthers] = useState(true);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ field: 'current' | 'next'; message: string } | null>(null);
  const submit = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await postAuth('/change-password', { currentPassword: current, newPassword: next, revokeOtherSessions: endOthers });
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.wrongPassword ? { field: 'current', message: 'This is not your password.' } : { field: 'next', message: answer.message });
    await queryClient.invalidateQueries(trpc.identity.sessions.pathFilter());
    toast({ tone: 'positive', title: 'Your password is changed', description: endOthers ? 'You are signed out everywhere else.' : undefined });
    onChanged();
  };
  return (
    <form
      className="flex max-w-[480px] flex-col gap-4"
      // Before the script runs, a plain submit must not put a password into the address.
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {/* Tells a password manager whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field label="Password now" error={refusal?.field === 'current' ? refusal.message : undefined}>
        <Input type="password" autoComplete="current-password" value={current} onValue={setCurrent} maxLength={passwordLimits.charactersMax} required />
      </Field>
      <Field label="New password" description={`At least ${passwordLimits.charactersMin} characters.`} error={refusal?.field === 'next' ? refusal.message : undefined}>
        <Input type="password" autoComplete="new-password" value={next} onValue={setNext} minLength={passwordLimits.charactersMin} maxLength={passwordLimits.charactersMax} required />
      </Field>
      <Checkbox label="End my sessions everywhere else" checked={endOthers} onChange={setEndOthers} />
      <div>
        <Button type="submit" busy={busy}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
