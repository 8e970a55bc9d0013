/** Every way in which saving or restoring can fail for a reason that the operator can mend. */
export type BackupErrorCode =
  | 'UNREACHABLE'
  | 'NO_TOOL'
  | 'TOOL_FAILED'
  | 'SNAPSHOT_FAILED'
  | 'RESTORE_FAILED'
  | 'NOT_A_BACKUP'
  | 'AHEAD';

/** Thrown when a backup or a restore cannot be completed; the message says what to do. */
export class BackupFailed extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupFailed';
    this.code = code;
  }
}
