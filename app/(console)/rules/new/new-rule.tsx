'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { nameSchema } from '../../../../edge-runtime/protocol/scalars.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { passEvents } from '../../../_editor/kept-events.ts';
import { paths } from '../../../paths.ts';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { useRefusal } from '../../../_shell/me.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { useLeaveWarning } from '../leave-warning.ts';
import { RuleWorkbench, useRuleDraft } from '../rule-workbench.tsx';

const beginning = `-- What comes in: the attributes that a device sends, and where they arrive.
@source(type='kafka', topic='readings', @map(type='json'))
define stream Readings (device string, value double);

-- What matters to a person: every event of this stream is a detection.
@detection(title='Too high', severity='warning')
define stream TooHigh (device string, value double);

@info(name = 'too-high')
from Readings[value > 100.0]
select device, value
insert into TooHigh;
`;

/** What the events that a rule is tried on belong to before it has a name. */
const unnamed = '';

/** A name and a first text. Publishing makes version 1; saving keeps it as a draft. */
export function NewRule() {
  const trpc = useTRPC();
  const router = useRouter();
  const [name, setName] = useState('');
  const [touched, setTouched] = useState(false);
  const draft = useRuleDraft(beginning);
  const failed = useFailureToast();
  const refusal = useRefusal('rules:write', 'Authors and administrators');
  useLeaveWarning(draft.text !== beginning);
  const made = () => {
    passEvents(unnamed, name);
    router.push(paths.rule(name));
  };
  const problem = nameSchema.safeParse(name).error?.issues[0]?.message;
  const save = useMutation(trpc.rules.saveDraft.mutationOptions({ onSuccess: made, onError: (error) => failed('The draft was not saved', error) }));
  const publish = useMutation(trpc.rules.publish.mutationOptions({ onSuccess: made, onError: (error) => failed('Nothing was published', error) }));
  const whyNot = refusal ?? (name === '' ? 'Give the rule a name first' : problem);
  return (
    <PageFrame crumbs={[{ label: 'Rules', href: paths.rules() }, { label: 'New rule' }]}>
      <PageHead
        title="New rule"
        purpose="Checked as you type; what is published type-checks from source to sink."
        actions={
          <>
            <Button refused={whyNot} busy={save.isPending} onClick={() => save.mutate({ name, text: draft.text })}>
              Save draft
            </Button>
            <Button tone="primary" refused={whyNot ?? draft.whyNotPublish} busy={publish.isPending} onClick={() => publish.mutate({ name, text: draft.text, note: '' })}>
              Publish version 1
            </Button>
          </>
        }
      />
      <div className="mb-4 max-w-96">
        <Field label="Name" description="Such as valve-watch. Deployments and detections carry it." error={touched && name !== '' ? problem : undefined}>
          <Input mono value={name} onValue={setName} onBlur={() => setTouched(true)} autoFocus autoComplete="off" spellCheck={false} />
        </Field>
      </div>
      <RuleWorkbench draft={draft} rule={unnamed} label="Text of the new rule" />
    </PageFrame>
  );
}
