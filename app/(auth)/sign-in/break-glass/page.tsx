import type { Metadata } from 'next';
import Link from 'next/link';
import { paths } from '../../../paths.ts';
import { Field, Input } from '../../../_ui/field.tsx';
import { AuthForm } from '../../auth-form.tsx';

export const metadata: Metadata = { title: 'Break-glass', robots: { index: false } };

/** The way in for the day when no other works. What is given here is told to everybody who administers, and kept. */
export default function BreakGlassPage() {
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Break the glass</h1>
      <p className="mt-1 text-dim">A sealed code opens everything, once, for an hour. Its use is told to everybody who administers here, with your name and reason, and each thing that you do is marked as done under it.</p>
      <AuthForm path="/break-glass" next="/" action="Open">
        <Field label="Your name" name="name">
          <Input name="name" autoComplete="name" maxLength={100} required autoFocus />
        </Field>
        <Field label="Reason" name="reason" description="A sentence: what is wrong, and what you are about to do.">
          <Input name="reason" minLength={10} maxLength={500} required />
        </Field>
        <Field label="Code" name="code" description="As it was sealed: slvbg_ and 43 characters.">
          <Input name="code" mono autoComplete="off" spellCheck={false} maxLength={64} required />
        </Field>
      </AuthForm>
      <Link href={paths.signIn()} className="mt-3 inline-block text-accent hover:underline">
        Sign in as usual
      </Link>
    </>
  );
}
