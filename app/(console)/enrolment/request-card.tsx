'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { EnrollmentRequest } from '../../../server/enrollment/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Labels } from '../../_domain/labels.tsx';
import { EnrollmentStatus } from '../../_domain/state-status.tsx';
import { bytes, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { Button, buttonClasses } from '../../_ui/button.tsx';
import { CopyButton } from '../../_ui/code-block.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Shape } from '../../_ui/status.tsx';
import { useToast } from '../../_ui/toast.tsx';
import { DenyDialog } from './deny-dialog.tsx';

/** A node that asks to join: what to compare, what would become of it, and the decision. */
export function RequestCard({ request }: { request: EnrollmentRequest }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const [denying, setDenying] = useState(false);
  const approve = useMutation(
    trpc.enrollment.requests.approve.mutationOptions({
      onSuccess: async () => {
        toast({ tone: 'info', title: `${request.name} was let in`, description: request.waiting ? 'It waits on its connection and is welcomed now.' : 'It joins when it connects again.' });
        await queryClient.invalidateQueries(trpc.enrollment.pathFilter());
      },
      onError: (error) => failed(`${request.name} was not let in`, error),
    }),
  );
  const { facts } = request;
  const pending = request.state === 'Pending';
  return (
    <article aria-label={request.name} className="rounded-lg border border-line bg-panel">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5">
        <h2 className="font-semibold">{request.name}</h2>
        <EnrollmentStatus state={request.state} since={request.requestedAt} />
        <span className="text-dim">
          asked <RelativeTime at={request.requestedAt} />
          {pending ? (request.waiting ? ', waits on its connection' : ', not connected now') : ''}
        </span>
        <span className="ml-auto flex gap-2">
          {pending ? (
            <>
              <Button onClick={() => setDenying(true)} refused={request.can.deny.allowed ? undefined : (request.can.deny.reason ?? 'Not now.')}>
                Deny
              </Button>
              <Button tone="primary" busy={approve.isPending} onClick={() => approve.mutate({ id: request.id })} refused={request.can.approve.allowed ? undefined : (request.can.approve.reason ?? 'Not now.')}>
                Approve
              </Button>
            </>
          ) : request.node ? (
            <Link href={paths.node(request.node)} className={buttonClasses()}>
              Open the node
            </Link>
          ) : null}
        </span>
      </header>
      <div className="grid gap-x-8 gap-y-4 px-4 py-3.5 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
        <div>
          <h3 className="mb-1 text-sm text-faint">Fingerprint, to compare with the one the node prints</h3>
          <p className="flex items-start gap-1">
            <code className="text-[14px]! leading-[22px]! break-all">{request.fingerprint}</code>
            <CopyButton text={request.fingerprint} label="Copy the fingerprint" />
          </p>
          <p className="mt-2 text-dim">
            {facts.hostname}, {facts.platform}, {facts.architecture}, {plural(facts.cores, 'core')}, {bytes(facts.memoryBytes)}, agent {request.agentVersion}
          </p>
          <p className="mt-2">{Object.keys(request.labels).length > 0 ? <Labels labels={request.labels} max={12} /> : <span className="text-faint">no labels</span>}</p>
        </div>
        <div>
          <h3 className="mb-1 text-sm text-faint">{pending ? 'Which fleet will claim it' : 'Decision'}</h3>
          {pending ? <Claim request={request} /> : <Decision request={request} />}
        </div>
      </div>
      {pending ? <DenyDialog request={request} open={denying} onOpenChange={setDenying} /> : null}
    </article>
  );
}

function Claim({ request }: { request: EnrollmentRequest }) {
  const { fleets, multiple } = request.claimedBy;
  const first = fleets[0];
  if (first === undefined) {
    return (
      <p className="flex gap-2">
        <Shape tone="neutral" className="mt-[3px]" />
        <span>
          None. <span className="text-dim">No selector matches its labels, so it would join and run nothing until one does.</span>
        </span>
      </p>
    );
  }
  if (multiple) {
    return (
      <div className="flex gap-2">
        <Shape tone="notice" className="mt-[3px]" />
        <div>
          <p>Two fleets match, so it would get neither until the overlap is mended.</p>
          <ul className="mt-1 text-dim">
            {fleets.map((fleet) => (
              <li key={fleet.id}>
                <FleetLink fleet={fleet} /> because of <code>{fleet.because}</code>
              </li>
            ))}
          </ul>
        </div>
      </div>
    );
  }
  return (
    <p className="flex gap-2">
      <Shape tone="positive" className="mt-[3px]" />
      <span>
        <FleetLink fleet={first} />
        <span className="text-dim">, because its labels match </span>
        <code>{first.because}</code>
        <span className="text-dim">. It would run that fleet's bundle.</span>
      </span>
    </p>
  );
}

function FleetLink({ fleet }: { fleet: { id: string; name: string } }) {
  return (
    <Link href={paths.fleet(fleet.id)} className="font-medium hover:underline">
      {fleet.name}
    </Link>
  );
}

function Decision({ request }: { request: EnrollmentRequest }) {
  if (request.decided === null) return <p className="text-dim">Let in by an enrolment token.</p>;
  return (
    <p>
      {request.state} by {request.decided.by} <RelativeTime at={request.decided.at} />
      {request.decided.reason ? <span className="text-dim">: {request.decided.reason}</span> : null}
    </p>
  );
}
