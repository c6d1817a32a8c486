'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnrollmentRequest } from '../../../server/enrollment/schema.ts';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Field, Input } from '../../_ui/field.tsx';

export function DenyDialog({ request, open, onOpenChange }: { request: EnrollmentRequest; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const deny = useMutation(
    trpc.enrollment.requests.deny.mutationOptions({
      onSuccess: async () => {
        onOpenChange(false);
        await queryClient.invalidateQueries(trpc.enrollment.pathFilter());
      },
    }),
  );
  const failure = deny.isError ? failureOf(deny.error) : null;
  return (
    <AskDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Deny ${request.name}?`}
      description="Its connection is closed, and this key is turned away from now on."
      action="Deny"
      busy={deny.isPending}
      onConfirm={() => deny.mutate({ id: request.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
    >
      <Field label="Why" optional description="Stands in the audit." error={failure ? (failure.fields['reason'] ?? failure.message) : undefined}>
        <Input value={reason} onValue={setReason} maxLength={512} />
      </Field>
    </AskDialog>
  );
}
