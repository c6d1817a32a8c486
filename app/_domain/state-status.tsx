import type { ReactNode } from 'react';
import { Lasting } from '../_ui/relative-time.tsx';
import { Status } from '../_ui/status.tsx';
import type { HealthStatus, SyncStatus } from '../../edge-runtime/protocol/states.ts';
import type { RepositoryStatus } from '../../server/repositories/schema.ts';
import {
  conditionMeanings, enrollmentMeanings, healthMeanings, isTrouble, quarantinedMeaning, repositoryMeanings, rolloutMeanings, rolloutNodeMeanings, syncMeanings, troubleMeaning,
  type EnrollmentState, type Meaning, type RolloutNodeState, type RolloutState,
} from './meanings.ts';

/** What is known of one state of one object. Times in milliseconds. */
export interface StateFacts {
  reason?: string | null | undefined;
  message?: string | null | undefined;
  since?: number | null | undefined;
  /** Adds "for 26 min" to the word. */
  showLasting?: boolean;
}

function MeaningStatus({ meaning, facts }: { meaning: Meaning; facts: StateFacts }) {
  return (
    <Status
      tone={meaning.tone}
      moving={meaning.moving ?? false}
      word={
        facts.showLasting && facts.since ? (
          <>
            {meaning.word} for <Lasting since={facts.since} />
          </>
        ) : (
          meaning.word
        )
      }
      detail={<Detail meaning={meaning} facts={facts} />}
    />
  );
}

function Detail({ meaning, facts }: { meaning: Meaning; facts: StateFacts }): ReactNode {
  return (
    <span className="flex flex-col gap-1">
      <span>
        <b className="font-medium">{meaning.word}</b> <span className="text-dim">{meaning.means}</span>
      </span>
      {facts.message || facts.reason ? (
        <span>
          {facts.reason ? <code>{facts.reason}</code> : null} <span className="text-dim">{facts.message}</span>
        </span>
      ) : null}
      {facts.since ? (
        <span className="text-dim">
          For <Lasting since={facts.since} />.
        </span>
      ) : null}
      {meaning.next ? <span>{meaning.next}</span> : null}
    </span>
  );
}

export const HealthState = ({ status, ...facts }: { status: HealthStatus } & StateFacts) => <MeaningStatus meaning={healthMeanings[status]} facts={facts} />;
export const SyncState = ({ status, ...facts }: { status: SyncStatus } & StateFacts) => <MeaningStatus meaning={syncMeanings[status]} facts={facts} />;
export const ConditionState = ({ type, status, ...facts }: { type: string; status: 'True' | 'False' | 'Unknown' } & StateFacts) => <MeaningStatus meaning={status === 'True' && isTrouble(type) ? troubleMeaning : conditionMeanings[status]} facts={facts} />;
/** Of a node that rollouts leave out: that, and how it stands. */
export const QuarantinedState = ({ since, because, sync }: { since: number | null; because: string; sync: SyncStatus }) => <MeaningStatus meaning={{ ...quarantinedMeaning, word: `${sync}, quarantined` }} facts={{ since, message: because }} />;
export const RolloutStatus = ({ state, ...facts }: { state: RolloutState } & StateFacts) => <MeaningStatus meaning={rolloutMeanings[state]} facts={facts} />;
export const RolloutNodeStatus = ({ state, ...facts }: { state: RolloutNodeState } & StateFacts) => <MeaningStatus meaning={rolloutNodeMeanings[state]} facts={facts} />;
export const RepositoryState = ({ status, ...facts }: { status: RepositoryStatus } & StateFacts) => <MeaningStatus meaning={repositoryMeanings[status]} facts={facts} />;
export const EnrollmentStatus = ({ state, ...facts }: { state: EnrollmentState } & StateFacts) => <MeaningStatus meaning={enrollmentMeanings[state]} facts={facts} />;
