'use client';
import { useState } from 'react';
import { Field, Input } from '../../_ui/field.tsx';
import { AuthForm } from '../auth-form.tsx';

/** The password, and where the person wants it the code of an authenticator app, or one of the backup codes. */
export function SignInForm({ next }: { next: string }) {
  const [step, setStep] = useState<'password' | 'code' | 'backup'>('password');
  if (step === 'password') {
    return (
      <AuthForm key={step} path="/sign-in/email" next={next} action="Sign in" more={(answer) => asksForCode(answer) && (setStep('code'), true)}>
        <Field label="E-mail" name="email">
          <Input name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password" name="password">
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
      </AuthForm>
    );
  }
  const backup = step === 'backup';
  return (
    <>
      <AuthForm key={step} path={backup ? '/two-factor/verify-backup-code' : '/two-factor/verify-totp'} next={next} action="Sign in">
        <Field label={backup ? 'Backup code' : 'Code'} name="code" description={backup ? 'Each works once.' : 'Six digits, from your authenticator app.'}>
          <Input name="code" mono autoComplete="one-time-code" inputMode={backup ? 'text' : 'numeric'} required autoFocus />
        </Field>
      </AuthForm>
      <button type="button" className="mt-3 text-accent hover:underline" onClick={() => setStep(backup ? 'code' : 'backup')}>
        {backup ? 'Use the authenticator app' : 'Use a backup code'}
      </button>
    </>
  );
}

function asksForCode(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Reflect.get(answer, 'twoFactorRedirect') === true;
}
