/** Where the API serves the evidence of one attempt's failure. */
export const evidenceUrl = (jobId: string, run: string): string => `/v1/jobs/${jobId}/evidence/${run}`;
