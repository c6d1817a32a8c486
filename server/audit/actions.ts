/**
 * Everything that the chain may say was done, `noun.verb`: an entry with another does not compile, and the console has words for each
 * by type. Actions are only added: the chain keeps what it was told under the names of then. A refused call stands under the name of
 * its procedure.
 */
export type AuditAction =
  | `alert.${'acknowledge' | 'mute' | 'resolve'}`
  | `apiToken.${'create' | 'revoke'}`
  | `breakGlass.${'create' | 'revoke' | 'use'}`
  | `channel.${'create' | 'remove' | 'test' | 'update'}`
  | `deployment.${'allow' | 'cancel' | 'create' | 'pause' | 'resume' | 'retryFailed' | 'rollBack' | 'state'}`
  | `enrollment.${'admit' | 'approve' | 'deny' | 'readmit' | 'request'}`
  | `enrollmentToken.${'create' | 'revoke'}`
  | `fleet.${'create' | 'remove' | 'update'}`
  | 'invitation.accept'
  | `member.${'invite' | 'remove' | 'revokeInvitation' | 'setAccess'}`
  | `model.${'publish' | 'removeAlias' | 'setAlias'}`
  | `node.${'connect' | 'exportBundle' | 'importReceipt' | 'liftQuarantine' | 'quarantine' | 'reenrol' | 'rename' | 'retry' | 'revoke' | 'rotateKey' | 'rotateKeys' | 'setLabels' | 'takeKey'}`
  | `notificationSecret.${'remove' | 'set'}`
  | `organization.${'demandSecondFactor' | 'rename' | 'sealAgain' | 'setAlerts' | 'setNodeKeyDays'}`
  | `passkey.${'add' | 'remove'}`
  | 'password.change'
  | `repository.${'connect' | 'refresh' | 'remove' | 'requestSync' | 'sync' | 'update'}`
  | `role.${'create' | 'remove' | 'update'}`
  | `route.${'create' | 'remove' | 'update'}`
  | `rule.${'deleteTest' | 'discardDraft' | 'publish' | 'saveDraft' | 'saveTest'}`
  | `secondFactor.${'disable' | 'enable' | 'reset'}`
  | `session.${'end' | 'revoke' | 'revokeOthers' | 'start'}`
  | 'signature.add'
  | `signInLink.${'accept' | 'create'}`
  | `signingKey.${'addHolder' | 'create' | 'retire' | 'setThreshold' | 'withdrawChange'}`;

/** What an action is about. */
export type AuditNoun = AuditAction extends `${infer Noun}.${string}` ? Noun : never;

/** Of these the chain may also say that they were refused; all other refusals are calls of procedures. */
export type RefusedAction = 'breakGlass.use' | 'node.connect' | 'passkey.add' | 'password.change' | 'secondFactor.disable' | 'secondFactor.enable' | 'session.start';
