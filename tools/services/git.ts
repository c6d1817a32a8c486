import type { NeededProgram } from './debian.ts';

export const gitProgram: NeededProgram = { command: 'git', debianPackage: 'git', neededBy: 'documents from a repository' };
