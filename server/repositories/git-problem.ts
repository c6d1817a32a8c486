/** Why a branch could not be read, in a sentence for people; nothing secret is in it. */
export class GitProblem extends Error {
  override readonly name = 'GitProblem';
}
