'use client';
import { useState } from 'react';
import { postAuth } from '../../_data/post-auth.ts';
import { Button } from '../../_ui/button.tsx';
import { Shape } from '../../_ui/status.tsx';

/** Leaves for the provider, which sends the person back signed in, or with why not. */
export function ProviderButton({ name, next, refusal }: { name: string; next: string; refusal: string | undefined }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(refusal);
  const leave = async () => {
    setBusy(true);
    const answer = await postAuth('/sign-in/social', { provider: 'oidc', callbackURL: next, errorCallbackURL: '/sign-in' });
    const url = answer.ok && typeof answer.data === 'object' && answer.data !== null ? Reflect.get(answer.data, 'url') : undefined;
    if (typeof url === 'string') return window.location.assign(url);
    setFailure(answer.ok ? 'The provider did not say where to go.' : answer.message);
    setBusy(false);
  };
  return (
    <div className="mt-5 border-t border-line pt-4">
      <Button busy={busy} onClick={() => void leave()}>
        Sign in with {name}
      </Button>
      <div role="alert">
        {failure === undefined ? null : (
          <p className="mt-3 flex items-baseline gap-2 text-critical">
            <Shape tone="critical" />
            {failure}
          </p>
        )}
      </div>
    </div>
  );
}
