import type { Metadata } from 'next';
import { Field, Input } from '../../_ui/field.tsx';
import { AuthForm } from '../auth-form.tsx';
import { ownPath } from '../own-path.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Sign in</h1>
      <AuthForm path="/sign-in/email" next={ownPath(typeof next === 'string' ? next : undefined)} action="Sign in">
        <Field label="E-mail" name="email">
          <Input name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password" name="password">
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
      </AuthForm>
    </>
  );
}
