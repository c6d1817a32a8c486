import { inSentenceCase, shortDigest } from '../_format/names.ts';

/** What was changed: as the audit chain has it. */
export interface Change {
  action: string;
  object: { kind: string; id: string; name: string };
}

/** What somebody did, by the action of its audit entry; what they did it to follows. */
const verbs: Readonly<Record<string, string>> = {
  'alert.acknowledge': 'took on the alert',
  'alert.mute': 'muted the alert',
  'alert.resolve': 'resolved the alert',
  'apiToken.create': 'made the API token',
  'apiToken.revoke': 'revoked the API token',
  'breakGlass.create': 'sealed a break-glass code:',
  'breakGlass.revoke': 'took back the break-glass code',
  'breakGlass.use': 'broke the glass:',
  'channel.create': 'made the notification channel',
  'channel.remove': 'removed the notification channel',
  'channel.test': 'tried the notification channel',
  'deployment.allow': 'allowed again what stopped itself on',
  'deployment.cancel': 'cancelled the deployment to',
  'deployment.create': 'started a deployment to',
  'deployment.pause': 'paused the deployment to',
  'deployment.resume': 'resumed the deployment to',
  'deployment.retryFailed': 'asked those that failed to try again, of',
  'deployment.rollBack': 'rolled back the deployment to',
  'deployment.state': 'moved on the deployment to',
  'enrollment.admit': 'let in by its token:',
  'enrollment.approve': 'let in',
  'enrollment.deny': 'denied',
  'enrollment.readmit': 'let in again',
  'enrollment.request': 'was asked to let in',
  'enrollmentToken.create': 'made the enrolment token',
  'enrollmentToken.revoke': 'revoked the enrolment token',
  'fleet.create': 'made the fleet',
  'fleet.remove': 'removed the fleet',
  'fleet.update': 'changed the fleet',
  'invitation.accept': 'accepted the invitation of',
  'member.invite': 'invited',
  'member.remove': 'removed the member',
  'member.revokeInvitation': 'took back the invitation of',
  'member.setAccess': 'changed what may be done by',
  'model.publish': 'published the model',
  'model.removeAlias': 'removed an alias of the model',
  'model.setAlias': 'moved an alias of the model',
  'node.liftQuarantine': 'let back into rollouts',
  'node.quarantine': 'quarantined',
  'node.rename': 'renamed',
  'node.retry': 'asked to try again:',
  'node.revoke': 'revoked',
  'node.rotateKey': 'asked for another key:',
  'node.setLabels': 'set the labels of',
  'node.takeKey': 'took another key of',
  'repository.connect': 'connected the repository',
  'repository.remove': 'disconnected the repository',
  'repository.sync': 'synced the repository',
  'role.create': 'made the role',
  'role.remove': 'removed the role',
  'role.update': 'changed the role',
  'rule.deleteTest': 'deleted a test case of the rule',
  'rule.discardDraft': 'discarded the draft of the rule',
  'rule.publish': 'published the rule',
  'rule.saveDraft': 'saved a draft of the rule',
  'rule.saveTest': 'saved a test case of the rule',
  'signInLink.accept': 'came in by a sign-in link:',
  'signingKey.addHolder': 'added the signing key of a person:',
  'signingKey.create': 'made the',
  'signingKey.retire': 'retired the',
};

/** "published the rule", and what: an action that has no words yet is told by its own, which read well enough. */
export function wordsOf({ action, object }: Change): { verb: string; name: string } {
  const verb = verbs[action] ?? `${inSentenceCase(action.replace('.', ' ')).toLowerCase()}:`;
  const nameless = object.name === '' || object.name === object.id;
  return { verb, name: nameless ? `${inSentenceCase(object.kind).toLowerCase()} ${shortDigest(object.id)}` : object.name };
}
