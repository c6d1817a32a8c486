export { analysisWith, checkRule, referencesIn } from './check.ts';
export { readLatestDigests, readLatestText, readRuleTexts, readVersionOfText } from './reads.ts';
export type { RuleText } from './reads.ts';
export { publishRule } from './service.ts';
export { passedTests } from './tests.ts';
