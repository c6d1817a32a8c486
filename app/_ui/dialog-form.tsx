import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** A form in a dialog: its fields, the way out, and what it is for. While `refused` says why not, it cannot be sent. */
export function DialogForm({ action, onSubmit, cancel, busy, refused, children }: {
  action: string;
  onSubmit: () => void;
  cancel: () => void;
  busy: boolean;
  refused?: string | undefined;
  children: ReactNode;
}) {
  return (
    <form
      className="flex flex-col gap-4"
      // Before the script runs, a plain submit must not put what was typed into the address.
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        if (refused === undefined) onSubmit();
      }}
    >
      {children}
      <div className="flex justify-end gap-2">
        <Button onClick={cancel}>Cancel</Button>
        <Button tone="primary" type="submit" busy={busy} refused={refused}>
          {action}
        </Button>
      </div>
    </form>
  );
}
