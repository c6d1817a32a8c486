import { Button } from './button.tsx';

/** The foot of a form in a dialog: the way out, and what the form is for. */
export function FormActions({ action, cancel, busy, refused }: { action: string; cancel: () => void; busy: boolean; refused?: string | undefined }) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={cancel}>Cancel</Button>
      <Button tone="primary" type="submit" busy={busy} refused={refused}>
        {action}
      </Button>
    </div>
  );
}
