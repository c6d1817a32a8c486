import type { AuditAction, AuditNoun } from '../../server/audit/actions.ts';
import { inSentenceCase, isIdentity, shortIdentity } from '../_format/names.ts';
import { refusedWords } from './refused-words.ts';

/** What was changed, or was not: as the audit chain has it. */
export interface Change {
  action: string;
  object: { kind: string; id: string; name: string };
  outcome?: 'done' | 'refused';
}

/** What somebody did, by the action of its audit entry; what they did it to follows. */
const verbs = {
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
  'channel.update': 'changed the notification channel',
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
  'node.connect': 'let connect',
  'node.exportBundle': 'wrote an offline bundle for',
  'node.importReceipt': 'took in a receipt of',
  'node.liftQuarantine': 'let back into rollouts',
  'node.quarantine': 'quarantined',
  'node.reenrol': 'had enrol again:',
  'node.rename': 'renamed',
  'node.retry': 'asked to try again:',
  'node.revoke': 'revoked',
  'node.rotateKey': 'asked for another key:',
  'node.rotateKeys': 'asked for other keys of nodes of',
  'node.setLabels': 'set the labels of',
  'node.takeKey': 'took another key of',
  'notificationSecret.remove': 'removed the secret',
  'notificationSecret.set': 'set the secret',
  'organization.demandSecondFactor': 'changed who needs a second factor in',
  'organization.rename': 'renamed the organization to',
  'organization.sealAgain': 'sealed the secrets under another key, of',
  'organization.setAlerts': 'changed when there are alerts, of',
  'organization.setNodeKeyDays': 'changed how long keys of nodes last in',
  'passkey.add': 'added a passkey of',
  'passkey.remove': 'removed a passkey of',
  'password.change': 'changed the password of',
  'repository.connect': 'connected the repository',
  'repository.refresh': 'had the repository read:',
  'repository.remove': 'disconnected the repository',
  'repository.requestSync': 'asked for a sync of the repository',
  'repository.sync': 'synced the repository',
  'repository.update': 'changed the repository',
  'role.create': 'made the role',
  'role.remove': 'removed the role',
  'role.update': 'changed the role',
  'route.create': 'made the notification route',
  'route.remove': 'removed the notification route',
  'route.update': 'changed the notification route',
  'rule.deleteTest': 'deleted a test case of the rule',
  'rule.discardDraft': 'discarded the draft of the rule',
  'rule.publish': 'published the rule',
  'rule.saveDraft': 'saved a draft of the rule',
  'rule.saveTest': 'saved a test case of the rule',
  'secondFactor.disable': 'turned off the second factor of',
  'secondFactor.enable': 'turned on the second factor of',
  'secondFactor.reset': 'reset the second factor of',
  'session.end': 'signed out:',
  'session.revoke': 'ended a session of',
  'session.revokeOthers': 'ended the other sessions of',
  'session.start': 'signed in:',
  'signature.add': 'signed by the key of',
  'signingKey.addHolder': 'added the signing key of a person:',
  'signingKey.create': 'made the',
  'signingKey.retire': 'retired the',
  'signingKey.setThreshold': 'changed how many must sign:',
  'signingKey.withdrawChange': 'withdrew a change of the',
  'signInLink.accept': 'came in by a sign-in link:',
  'signInLink.create': 'made a sign-in link for an',
} as const satisfies Readonly<Record<AuditAction, string>>;

/** What actions are about, to choose among them. */
const nouns = {
  alert: 'Alerts',
  apiToken: 'API tokens',
  breakGlass: 'Break-glass codes',
  channel: 'Notification channels',
  deployment: 'Deployments',
  enrollment: 'Enrolment',
  enrollmentToken: 'Enrolment tokens',
  fleet: 'Fleets',
  invitation: 'Accepted invitations',
  member: 'Members',
  model: 'Models',
  node: 'Nodes',
  notificationSecret: 'Notification secrets',
  organization: 'The organization',
  passkey: 'Passkeys',
  password: 'Passwords',
  repository: 'Repositories',
  role: 'Roles',
  route: 'Notification routes',
  rule: 'Rules',
  secondFactor: 'Second factors',
  session: 'Sign-in and sessions',
  signature: 'Signatures',
  signInLink: 'Sign-in links',
  signingKey: 'Signing keys',
} as const satisfies Readonly<Record<AuditNoun, string>>;

/** Every noun as the audit filters by it: what its actions begin with, and mostly those of refused calls. Sorted by its words. */
export const actionKinds: readonly { value: string; label: string }[] = Object.entries(nouns)
  .map(([noun, label]) => ({ value: noun, label }))
  .toSorted((a, b) => a.label.localeCompare(b.label, 'en'));

/** "published the rule" and "valve-watch"; of what was refused "tried to publish a rule:" and the same. */
export function wordsOf({ action, object, outcome = 'done' }: Change): { verb: string; name: string } {
  if (outcome === 'done') return { verb: verbOf(action), name: object.name === '' || object.name === object.id ? `${ownWords(object.kind)} ${shortIdentity(object.id)}` : object.name };
  // A refused call is about what the caller named, be that a name or an identity.
  const name = isIdentity(object.name) ? shortIdentity(object.name) : object.name;
  return { verb: `tried to ${wordIn(refusedWords, action) ?? ownWords(action)}${name === '' ? '' : ':'}`, name };
}

/** An action in words, without what it was done to; one of a later version by its own name, which reads well enough. */
export function verbOf(action: string): string {
  return wordIn(verbs, action) ?? `${ownWords(action)}:`;
}

const wordIn = (words: Readonly<Record<string, string>>, action: string): string | undefined => (Object.hasOwn(words, action) ? words[action] : undefined);

const ownWords = (name: string): string => inSentenceCase(name.replaceAll('.', ' ')).toLowerCase();
