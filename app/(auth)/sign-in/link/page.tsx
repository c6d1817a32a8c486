import type { Metadata } from 'next';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { AuthForm } from '../../auth-form.tsx';
import { NewPassword } from '../../new-password.tsx';

// The address holds a secret, and must not go anywhere as a referrer.
export const metadata: Metadata = { title: 'Administrator', referrer: 'no-referrer', robots: { index: false } };

/** Opening the link uses nothing up: only the form does, so that a preview in a chat cannot spend it. */
export default async function SignInLinkPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  if (typeof token !== 'string' || token === '') {
    return (
      <EmptyState kind="failed" title="The link is not complete">
        Open it exactly as it was printed. Starting the control plane prints one while there is no administrator; <code>node server/grant.ts sign-in-link</code> prints one at any time.
      </EmptyState>
    );
  }
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Become the administrator</h1>
      <p className="mt-1 text-dim">This link works once, within the hour. From then on you sign in with your e-mail and password. If you are known here already, this sets a new password.</p>
      <AuthForm path="/sign-in-link" hidden={{ token }} next="/" action="Continue">
        <Field label="Name" name="name">
          <Input name="name" autoComplete="name" maxLength={100} required autoFocus />
        </Field>
        <Field label="E-mail" name="email">
          <Input name="email" type="email" autoComplete="username" maxLength={254} required />
        </Field>
        <NewPassword />
      </AuthForm>
    </>
  );
}
