export { reenrol } from './re-enrolment.ts';
export { waitingQuestion } from './admission.ts';
export { AdmissionQueue } from './admission-queue.ts';
export type { Admission, Applicant } from './admission.ts';
export { createToken } from './service.ts';
