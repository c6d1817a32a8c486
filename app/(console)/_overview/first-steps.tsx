'use client';
import Link from 'next/link';
import { paths } from '../../paths.ts';
import { Card, Grid } from '../../_ui/card.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { buttonClasses } from '../../_ui/button.tsx';
import { useOrigin } from '../../_shell/origin.ts';

/** What a new organisation sees in place of figures that it does not have: the way to them. */
export function FirstSteps({ waiting }: { waiting: number }) {
  const link = useOrigin();
  return (
    <Grid>
      <Card title="1  Start an agent" subtitle="on this machine or any other" span={6} padded>
        <p className="mb-2.5 text-dim">It makes its own key, asks to join, and shows a fingerprint to compare.</p>
        <CodeBlock code={`npm run agent -- --name first-node --link ${link}`} />
      </Card>
      <Card title="2  Let it in" span={6} padded>
        <p className="mb-2.5 text-dim">
          {waiting > 0 ? `${waiting === 1 ? 'A node asks' : `${waiting} nodes ask`} to join and ${waiting === 1 ? 'waits' : 'wait'} for you.` : 'Compare the fingerprint on both sides and approve. Nodes with an enrolment token join by themselves.'}
        </p>
        <Link href={paths.enrolment()} className={buttonClasses(waiting > 0 ? 'primary' : 'plain')}>
          {waiting > 0 ? 'Compare keys' : 'Open enrolment'}
        </Link>
      </Card>
      <Card title="3  Name a fleet" span={6} padded>
        <p className="mb-2.5 text-dim">A fleet is a selector over labels; the nodes it names run the same bundle.</p>
        <Link href={paths.fleets({ create: '1' })} className={buttonClasses()}>
          Create a fleet
        </Link>
      </Card>
      <Card title="4  Give it something to run" span={6} padded>
        <p className="mb-2.5 text-dim">Write a rule in SiddhiQL, add a model if it needs one, and deploy both to the fleet.</p>
        <div className="flex flex-wrap gap-2">
          <Link href={paths.newRule()} className={buttonClasses()}>
            Write a rule
          </Link>
          <Link href={paths.models()} className={buttonClasses()}>
            Add a model
          </Link>
        </div>
      </Card>
    </Grid>
  );
}
