import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import Type from 'typebox';

const KEYS = '[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=(,[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=)*';
const WHAT =
  'Keys of stored secrets, `id:base64 of 32 bytes`, comma-separated: the first encrypts, all decrypt ' +
  '(`openssl rand -base64 32`)';

/** Variable of services that store secrets: the keys they are encrypted with. */
export const secretsVariables = { SECRETS_KEY: Type.String({ pattern: `^${KEYS}$`, description: WHAT }) };

/** The same for services that do without; then the variable is empty. */
export const optionalSecretsVariables = {
  SECRETS_KEY: Type.String({
    pattern: `^(${KEYS})?$`,
    default: '',
    description: `${WHAT}; empty: secrets are refused`,
  }),
};

/** A secret cannot be opened: its key is not among those given, or it (or what it belongs to) was tampered with. */
export class SecretError extends Error {
  readonly code: 'UNKNOWN_KEY' | 'DAMAGED';

  constructor(code: SecretError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretError';
    this.code = code;
  }
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Encrypts secrets at rest: AES-256-GCM, the key's id stored beside, so that keys can be replaced one by one. */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  /** The id of the key that encrypts. */
  readonly currentKeyId: string;

  /** `keys` as in `SECRETS_KEY`. @throws RangeError for a key that is not 32 bytes, or none at all. */
  constructor(keys: string) {
    const entries = keys.split(',').map((entry): [string, Buffer] => {
      const at = entry.indexOf(':');
      return [entry.slice(0, at), Buffer.from(entry.slice(at + 1), 'base64')];
    });
    const short = entries.find(([id, key]) => id === '' || key.length !== KEY_BYTES);
    const first = entries[0];
    if (!first || short) throw new RangeError('SECRETS_KEY must be id:base64 of 32 bytes, comma-separated');
    this.#keys = new Map(entries);
    this.currentKeyId = first[0];
  }

  /**
   * Encrypts a text for one owner, e.g. `account:7:session`: it opens under that name only, so that a row's secret cannot
   * be moved to another row. Text to store: `<key id>.<base64 of iv, tag, ciphertext>`.
   */
  seal(owner: string, secret: string): string {
    return `${this.currentKeyId}.${this.#encrypt(owner, Buffer.from(secret, 'utf8')).toString('base64')}`;
  }

  /** Decrypts what {@link seal} made. @throws SecretError */
  open(owner: string, stored: string): string {
    const at = stored.indexOf('.');
    return this.#decrypt(owner, stored.slice(0, at), Buffer.from(stored.slice(at + 1), 'base64')).toString('utf8');
  }

  /** {@link seal} of bytes. Bytes to store: length of the key id, key id, iv, tag, ciphertext. */
  sealBytes(owner: string, secret: Uint8Array): Buffer {
    const id = Buffer.from(this.currentKeyId, 'latin1');
    return Buffer.concat([Buffer.of(id.length), id, this.#encrypt(owner, secret)]);
  }

  /** Decrypts what {@link sealBytes} made. @throws SecretError */
  openBytes(owner: string, stored: Buffer): Buffer {
    const idEnd = 1 + (stored[0] ?? 0);
    return this.#decrypt(owner, stored.toString('latin1', 1, idEnd), stored.subarray(idEnd));
  }

  /** The secret under the current key; undefined when it already is. For rotation. @throws SecretError */
  reseal(owner: string, stored: string): string | undefined {
    if (stored.startsWith(`${this.currentKeyId}.`)) return undefined;
    return this.seal(owner, this.open(owner, stored));
  }

  /** iv, tag, ciphertext. */
  #encrypt(owner: string, secret: Uint8Array): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(this.currentKeyId), iv).setAAD(Buffer.from(owner, 'utf8'));
    const sealed = [cipher.update(secret), cipher.final()];
    return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]);
  }

  #decrypt(owner: string, keyId: string, bytes: Buffer): Buffer {
    const key = this.#key(keyId);
    if (bytes.length < IV_BYTES + TAG_BYTES) throw new SecretError('DAMAGED', 'a stored secret is cut short');
    try {
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(owner, 'utf8'))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new SecretError('DAMAGED', 'a stored secret does not open: it or its owner was changed', { cause });
    }
  }

  #key(id: string): Buffer {
    const key = this.#keys.get(id);
    if (!key) throw new SecretError('UNKNOWN_KEY', `no key "${id}" in SECRETS_KEY`);
    return key;
  }
}
