'use client';
import { isSsh } from '../../../server/repositories/schema.ts';
import type { RepositoryScope } from '../../../server/repositories/schema.ts';
import { useMe } from '../../_shell/me.tsx';
import { Checkbox } from '../../_ui/checkbox.tsx';
import { Field, Input, Textarea } from '../../_ui/field.tsx';

export interface RepositoryValues {
  url: string;
  branch: string;
  path: string;
  username: string;
  password: string;
  /** In place of a password, with ssh://. */
  privateKey: string;
  knownHosts: string;
  autoSync: boolean;
  selfHeal: boolean;
  prune: boolean;
  minutes: string;
  scopes: RepositoryScope[];
}

export const newRepository: RepositoryValues = { url: '', branch: 'main', path: '', username: 'git', password: '', privateKey: '', knownHosts: '', autoSync: false, selfHeal: false, prune: false, minutes: '3', scopes: ['rules:write', 'models:write', 'fleets:write', 'deployments:write'] };

export const scopeWords: Record<RepositoryScope, string> = { 'rules:write': 'Publish rules', 'models:write': 'Move aliases of models', 'fleets:write': 'Set and remove fleets', 'deployments:write': 'Start deployments', 'settings:write': 'Set channels, routes and alert settings' };
const scopes: readonly RepositoryScope[] = ['rules:write', 'models:write', 'fleets:write', 'deployments:write', 'settings:write'];

/** What is sent to be kept, as the address asks for it; undefined while nothing is entered. */
export function credentialIn({ url, username, password, privateKey, knownHosts }: RepositoryValues): { username: string; password: string } | { username: string; privateKey: string; knownHosts: string } | undefined {
  if (isSsh(url)) return privateKey === '' && knownHosts === '' ? undefined : { username, privateKey, knownHosts };
  return password === '' ? undefined : { username, password };
}

/** Where a repository is, what opens it, what it does by itself, and what it may do: no more than who gives it. */
export function RepositoryFields({ values, onChange, fields, credential }: {
  values: RepositoryValues;
  onChange: (values: RepositoryValues) => void;
  fields: Readonly<Record<string, string>>;
  /** Whether one is kept already, and stays when none is given. */
  credential: 'optional' | 'kept';
}) {
  const own = useMe()?.capabilities ?? [];
  const set = (change: Partial<RepositoryValues>) => onChange({ ...values, ...change });
  return (
    <>
      <Field label="Address" error={fields['url']}>
        <Input type="url" value={values.url} onValue={(url) => set({ url })} required maxLength={2048} spellCheck={false} placeholder="https://git.example.com/plants.git" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Branch" error={fields['branch']}>
          <Input value={values.branch} onValue={(branch) => set({ branch })} required maxLength={200} spellCheck={false} />
        </Field>
        <Field label="Folder" optional error={fields['path']}>
          <Input value={values.path} onValue={(path) => set({ path })} maxLength={512} spellCheck={false} placeholder="plants/3" />
        </Field>
        <Field label="Asked every, minutes" error={fields['intervalSeconds']}>
          <Input type="number" min="0.5" max="1440" step="0.5" value={values.minutes} onValue={(minutes) => set({ minutes })} required />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="User name" optional error={fields['credential.username']}>
          <Input value={values.username} onValue={(username) => set({ username })} maxLength={200} autoComplete="off" spellCheck={false} />
        </Field>
        {isSsh(values.url) ? null : (
          <Field label="Access token or password" optional description={credential === 'kept' ? 'One is kept; it stays while this is empty and the host is the same.' : 'It needs to read, nothing else. Kept sealed, never shown again.'} error={fields['credential.password']}>
            <Input type="password" value={values.password} onValue={(password) => set({ password })} maxLength={4096} autoComplete="off" />
          </Field>
        )}
      </div>
      {isSsh(values.url) ? <KeyFields values={values} set={set} fields={fields} kept={credential === 'kept'} /> : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <fieldset className="flex min-w-0 flex-col gap-1">
          <legend className="mb-1.5 font-medium">By itself</legend>
          <Checkbox label="Apply each new commit" checked={values.autoSync} onChange={(autoSync) => set({ autoSync })} />
          <Checkbox label="Put back what is changed by hand" checked={values.selfHeal} onChange={(selfHeal) => set({ selfHeal })} />
          <Checkbox label="Remove what it made when its document is gone" checked={values.prune} onChange={(prune) => set({ prune })} />
        </fieldset>
        <fieldset className="flex min-w-0 flex-col gap-1">
          <legend className="mb-1.5 font-medium">What it may do</legend>
          {scopes.map((scope) => (
            <Checkbox key={scope} label={scopeWords[scope]} checked={values.scopes.includes(scope)} disabled={!own.includes(scope)} onChange={(on) => set({ scopes: scopes.filter((one) => (one === scope ? on : values.scopes.includes(one))) })} />
          ))}
        </fieldset>
      </div>
    </>
  );
}

/** What opens ssh://: the key of this control plane, and those of the host. */
function KeyFields({ values, set, fields, kept }: { values: RepositoryValues; set: (change: Partial<RepositoryValues>) => void; fields: Readonly<Record<string, string>>; kept: boolean }) {
  return (
    <>
      <Field label="Private key" description={kept ? 'One is kept; it stays while this is empty and the host is the same.' : 'Made for this alone, without a passphrase; its public half is entered at the host, to read. Kept sealed, never shown again.'} error={fields['credential.privateKey'] ?? fields['credential']}>
        <Textarea mono value={values.privateKey} onValue={(privateKey) => set({ privateKey })} maxLength={16_384} spellCheck={false} placeholder="-----BEGIN OPENSSH PRIVATE KEY-----" />
      </Field>
      <Field label="Known host keys" description="As ssh-keyscan prints them; compare them with what the owner of the host publishes." error={fields['credential.knownHosts']}>
        <Textarea mono value={values.knownHosts} onValue={(knownHosts) => set({ knownHosts })} maxLength={16_384} spellCheck={false} placeholder="git.example.com ssh-ed25519 AAAA…" />
      </Field>
    </>
  );
}
