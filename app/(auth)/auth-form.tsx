'use client';
import { useState, type ReactNode } from 'react';
import { Button } from '../_ui/button.tsx';
import { Shape } from '../_ui/status.tsx';
import { postAuth, type AuthPath } from '../_data/post-auth.ts';

/** A form that ends in a session: sends its fields, says why not, and leaves for `next` with a full load, unless `more` says that something is still to be given. */
export function AuthForm({ path, hidden, next, action, more, children }: {
  path: AuthPath;
  /** Members that the person does not type, such as the link's token. */
  hidden?: Record<string, string>;
  next: string;
  action: string;
  more?: (answer: unknown) => boolean;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (form: HTMLFormElement) => {
    setBusy(true);
    setRefusal(null);
    const fields = Object.fromEntries([...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
    const answer = await postAuth(path, { ...fields, ...hidden });
    if (answer.ok && more?.(answer.data) === true) setBusy(false);
    else if (answer.ok) window.location.assign(next);
    else {
      setRefusal(answer.message);
      setBusy(false);
    }
  };
  return (
    <form
      className="mt-5 flex flex-col gap-4"
      // Before the script runs, a plain submit must not put a password into the address.
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      {children}
      <div role="alert">
        {refusal === null ? null : (
          <p className="flex items-baseline gap-2 text-critical">
            <Shape tone="critical" />
            {refusal}
          </p>
        )}
      </div>
      <div className="flex justify-end">
        <Button tone="primary" type="submit" busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
