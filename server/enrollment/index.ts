export { applicantsPart, applyToJoin } from './admission.ts';
export type { Admission, Applicant } from './admission.ts';
export { createToken } from './service.ts';
