/** One request's time range, both ends included or not: servers differ, and storing by key makes that harmless. */
export type DgiWindow = {
  /** `YYYY-MM-DD HH:MM:SS`, local time of the server's zone: what is sent. */
  readonly from: string;
  readonly to: string;
};

/** The range to split and the server's limits. */
export type SplitOptions = {
  /** `YYYY-MM-DD HH:MM:SS`, local time of the server's zone. */
  readonly from: string;
  /** As `from`, and later. */
  readonly to: string;
  /** IANA zone of the server. */
  readonly timeZone: string;
  /** The present, for the history limit. */
  readonly now: Date;
  /** Longest window in seconds; default 6 days 23:59:59, the protocol's 7 days less the last second. */
  readonly maxSeconds?: number;
  /** How much neighbours overlap, in seconds; default 300. They always share at least their boundary. */
  readonly overlapSeconds?: number;
  /** Days before the day of the call that the server still answers for; default 30. */
  readonly historyDays?: number;
};
