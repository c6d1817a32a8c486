import type { Metadata } from 'next';
import Link from 'next/link';
import { serverData } from '../../../_data/server.tsx';
import { paths } from '../../../paths.ts';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { AuthForm } from '../../auth-form.tsx';
import { NewPassword } from '../../new-password.tsx';

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer', robots: { index: false } };

export default async function InvitationPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  const { queryClient, trpc } = await serverData();
  const invitation = typeof token === 'string' ? await queryClient.fetchQuery({ ...trpc.identity.invitation.queryOptions({ token }), retry: false }).catch(() => null) : null;
  if (invitation === null || typeof token !== 'string') {
    return (
      <EmptyState kind="failed" title="This invitation cannot be used" action={<Button render={<Link href={paths.signIn()} />}>Sign in</Button>}>
        It was used already, was withdrawn, or has expired. Ask whoever invited you for a new one.
      </EmptyState>
    );
  }
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Join {invitation.organization}</h1>
      <p className="mt-1 text-dim">
        As {invitation.role}, with the address <span className="text-ink">{invitation.email}</span>.
      </p>
      <AuthForm path="/invitation" hidden={{ token }} next="/" action="Continue">
        <input type="hidden" name="email" value={invitation.email} autoComplete="username" readOnly />
        <Field label="Name" name="name">
          <Input name="name" autoComplete="name" maxLength={100} defaultValue={invitation.name} required />
        </Field>
        <NewPassword description="At least 12 characters. If you have an account here, enter its password." />
      </AuthForm>
    </>
  );
}
