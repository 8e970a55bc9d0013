/** The servers that all test files of a run share: a namespace or a database of its own keeps each from the others. */
export interface SharedServers {
  natsUrl: string;
  natsMonitorUrl: string;
  /** A user that may create databases. */
  mysqlAdminUrl: string;
  stop(): Promise<void>;
}
