import type { Metadata } from 'next';
import { ownPath } from '../own-path.ts';
import { SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Sign in</h1>
      <SignInForm next={ownPath(typeof next === 'string' ? next : undefined)} />
    </>
  );
}
