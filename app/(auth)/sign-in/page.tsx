import type { Metadata } from 'next';
import Link from 'next/link';
import { serverData } from '../../_data/server.tsx';
import { paths } from '../../paths.ts';
import { ownPath } from '../own-path.ts';
import { PasskeyButton } from './passkey-button.tsx';
import { ProviderButton } from './provider-button.tsx';
import { SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

/** What a provider's answer means to the person; other answers are named as they are. */
const refusals: Record<string, string> = {
  signup_disabled: 'Nobody with that address is a member here. Ask an administrator for an invitation.',
  access_denied: 'The provider did not let you in.',
};

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[]; error?: string | string[] }> }) {
  const { next, error } = await searchParams;
  const { queryClient, trpc } = await serverData();
  const { singleSignOn, passkeys } = await queryClient.fetchQuery(trpc.identity.ways.queryOptions());
  const to = ownPath(typeof next === 'string' ? next : undefined);
  const refusal = typeof error === 'string' ? (refusals[error] ?? `It did not work: ${error.slice(0, 100).replaceAll('_', ' ')}.`) : undefined;
  return (
    <>
      <h1 className="text-xl font-semibold tracking-[-0.012em]">Sign in</h1>
      <SignInForm next={to} />
      {passkeys ? <PasskeyButton next={to} /> : null}
      {singleSignOn === null ? null : <ProviderButton name={singleSignOn} next={to} refusal={refusal} />}
      <p className="mt-6 text-sm text-dim">
        Nobody can sign in?{' '}
        <Link href={paths.breakGlass()} className="text-accent hover:underline">
          Use a break-glass code
        </Link>
      </p>
    </>
  );
}
