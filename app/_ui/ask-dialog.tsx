'use client';
import { useId, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/**
 * Asks before something is done: says what it means, takes a word on it if `children` hold a field, and does it on Enter or by the
 * button. It stays open until the caller closes it, so that a refusal can stand where it was asked; `error` is one of no field.
 */
export function AskDialog({ open, onOpenChange, title, description, action, tone = 'critical', keep = 'Cancel', busy, onConfirm, error, children }: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What would change, and what would not. */
  description: ReactNode;
  action: ReactNode;
  tone?: 'critical' | 'primary';
  /** The way out. */
  keep?: string;
  busy: boolean;
  onConfirm: () => void;
  error?: string | undefined;
  children?: ReactNode;
}) {
  const form = useId();
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{keep}</Button>
          <Button tone={tone} type="submit" form={form} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        {children}
        {error === undefined ? null : (
          <p role="alert" className="text-critical">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
