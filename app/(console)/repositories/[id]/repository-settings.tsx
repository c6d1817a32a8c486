'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RepositoryDetail } from '../../../../server/repositories/schema.ts';
import { formFailureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { credentialIn, newRepository, RepositoryFields, scopeWords, type RepositoryValues } from '../repository-fields.tsx';

/** Where it is and how it is kept, to be changed by who may; the others see it as it is. */
export function RepositorySettings({ repository }: { repository: RepositoryDetail }) {
  return repository.can.update.allowed ? <SettingsForm repository={repository} /> : <SettingsShown repository={repository} />;
}

function SettingsForm({ repository }: { repository: RepositoryDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { id, version, url, branch, path, autoSync, selfHeal, prune, scopes } = repository;
  const [values, setValues] = useState<RepositoryValues>({ url, branch, path, autoSync, selfHeal, prune, scopes, username: repository.hasCredential ? repository.username : newRepository.username, password: '', privateKey: '', knownHosts: '', minutes: String(repository.intervalSeconds / 60) });
  const update = useMutation(
    trpc.repositories.update.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.repositories.pathFilter());
        toast({ tone: 'info', title: 'The repository was changed', description: 'Its branch is asked again.' });
      },
    }),
  );
  const { fields, general } = formFailureOf(update);
  const save = (credential: ReturnType<typeof credentialIn> | null) => {
    const { password: _, username: __, privateKey: ___, knownHosts: ____, minutes, ...settings } = values;
    update.mutate({ id, version, ...settings, intervalSeconds: Math.round(Number(minutes) * 60), ...(credential === undefined ? {} : { credential }) });
  };
  return (
    <Card title="Settings" padded>
      <form
        className="flex max-w-[720px] flex-col gap-4"
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          save(credentialIn(values));
        }}
      >
        <RepositoryFields values={values} onChange={setValues} fields={fields} credential={repository.hasCredential ? 'kept' : 'optional'} />
        {general === undefined ? null : (
          <p role="alert" className="text-critical">
            {general}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => save(null)} refused={repository.hasCredential ? undefined : 'None is kept.'}>
            Forget the credential
          </Button>
          <Button tone="primary" type="submit" busy={update.isPending} refused={values.scopes.length === 0 ? 'Choose what it may do.' : undefined}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}

function SettingsShown({ repository }: { repository: RepositoryDetail }) {
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  return (
    <Grid>
      <Card span={6} title="Settings" subtitle={repository.can.update.reason}>
        <Details
          rows={[
            { name: 'Address', value: <code className="break-all">{repository.url}</code> },
            { name: 'Branch', value: <code>{repository.branch}</code> },
            { name: 'Folder', value: repository.path === '' ? 'all of it' : <code>{repository.path}</code> },
            { name: 'Credential', value: repository.hasCredential ? `kept, for ${repository.username}` : 'none' },
            { name: 'Asked every', value: `${repository.intervalSeconds} s` },
          ]}
        />
      </Card>
      <Card span={6} title="What it does">
        <Details
          rows={[
            { name: 'Applies commits', value: yes(repository.autoSync) },
            { name: 'Heals', value: yes(repository.selfHeal) },
            { name: 'Prunes', value: yes(repository.prune) },
            { name: 'May', value: repository.scopes.map((scope) => scopeWords[scope]).join(', ') },
            { name: 'Connected by', value: <>{repository.connectedBy}, <RelativeTime at={repository.createdAt} /></> },
          ]}
        />
      </Card>
    </Grid>
  );
}
