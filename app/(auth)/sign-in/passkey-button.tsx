'use client';
import { useState } from 'react';
import { signInByPasskey } from '../../_data/passkeys.ts';
import { Button } from '../../_ui/button.tsx';
import { Shape } from '../../_ui/status.tsx';

/** Signs in by a device’s passkey, in place of password and code. */
export function PasskeyButton({ next }: { next: string }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const signIn = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await signInByPasskey();
    if (answer.ok) return window.location.assign(next);
    setRefusal(answer.message);
    setBusy(false);
  };
  return (
    <div className="mt-5 border-t border-line pt-4">
      <Button busy={busy} onClick={() => void signIn()}>
        Use a passkey
      </Button>
      <div role="alert">
        {refusal === null ? null : (
          <p className="mt-3 flex items-baseline gap-2 text-critical">
            <Shape tone="critical" />
            {refusal}
          </p>
        )}
      </div>
    </div>
  );
}
