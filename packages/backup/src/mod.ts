/** Saves the streams and the database of an installation to a folder, and brings them back. */
export { type BackupOptions, backup } from './backup.ts';
export { type BackupErrorCode, BackupFailed } from './errors.ts';
export { type Restored, type RestoreOptions, restore } from './restore.ts';
