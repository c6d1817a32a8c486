'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { renderSVG } from 'uqr';
import { z } from 'zod';
import { postAuth, type AuthPath } from '../../_data/post-auth.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useMe } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { CopyButton } from '../../_ui/code-block.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Status } from '../../_ui/status.tsx';
import { useToast } from '../../_ui/toast.tsx';

const beginningSchema = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
type Beginning = z.infer<typeof beginningSchema>;

/** A code of an authenticator app beside the password, for who wants it. Turning it on and off takes the password. */
export function SecondFactor() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const isOn = useMe()?.user.secondFactor;
  const [begun, setBegun] = useState<Beginning | null>(null);
  const settled = async (title: string) => {
    setBegun(null);
    toast({ tone: 'positive', title, description: undefined });
    await queryClient.invalidateQueries(trpc.identity.pathFilter());
  };
  if (isOn === undefined) return null;
  return (
    <Card title="Second factor" padded>
      <div className="flex max-w-[480px] flex-col gap-4">
        <Status tone={isOn ? 'positive' : 'neutral'} word={isOn ? 'On: signing in takes a code' : 'Off: the password alone signs in'} />
        {begun === null ? (
          <AskForm key={String(isOn)} path={isOn ? '/two-factor/disable' : '/two-factor/enable'} field="password" label="Your password" action={isOn ? 'Turn it off' : 'Turn it on'} done={(answer) => (isOn ? settled('The second factor is off') : setBegun(beginningSchema.parse(answer)))} />
        ) : (
          <Begun begun={begun} done={() => settled('The second factor is on')} />
        )}
      </div>
    </Card>
  );
}

function Begun({ begun, done }: { begun: Beginning; done: () => Promise<void> }) {
  const secret = new URL(begun.totpURI).searchParams.get('secret') ?? '';
  return (
    <>
      <p>Scan this with an authenticator app, or type the key into it. Nothing changes before it has given you a first code.</p>
      {/* Black on white whatever the theme: cameras want it so. */}
      <img alt="QR code of the key" className="size-44 rounded-md bg-white p-2" src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(begun.totpURI))}`} />
      <p className="flex items-center gap-1">
        <code className="break-all">{secret}</code>
        <CopyButton text={secret} label="Copy the key" />
      </p>
      <div>
        <p className="mb-1 flex items-center gap-1 font-medium">
          Backup codes <CopyButton text={begun.backupCodes.join('\n')} label="Copy the backup codes" />
        </p>
        <p className="mb-2 text-sm text-dim">Each signs in once without the app. They are shown now and never again.</p>
        <ul className="grid grid-cols-2 gap-x-4 font-mono" aria-label="Backup codes">
          {begun.backupCodes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <AskForm path="/two-factor/verify-totp" field="code" label="Code" action="Confirm" done={done} />
    </>
  );
}

/** Asks for one thing and sends it; says why not. */
function AskForm({ path, field, label, action, done }: { path: AuthPath; field: 'password' | 'code'; label: string; action: string; done: (answer: unknown) => Promise<void> | void }) {
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const submit = async () => {
    setBusy(true);
    setRefusal(undefined);
    const answer = await postAuth(path, { [field]: value });
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.wrongPassword ? 'This is not your password.' : answer.message);
    await done(answer.data);
  };
  return (
    <form
      className="flex flex-col gap-3"
      // Before the script runs, a plain submit must not put a password into the address.
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field label={label} error={refusal}>
        <Input type={field === 'password' ? 'password' : 'text'} mono={field === 'code'} autoComplete={field === 'password' ? 'current-password' : 'one-time-code'} inputMode={field === 'code' ? 'numeric' : 'text'} value={value} onValue={setValue} required />
      </Field>
      <div>
        <Button type="submit" busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
