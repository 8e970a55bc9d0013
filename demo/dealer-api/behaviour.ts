import Type, { type Static } from 'typebox';

/** How the server treats one dealer or credential, for tests of what its clients do about it. All optional. */
export const Behaviour = Type.Partial(
  Type.Object({
    /** The server's clock goes so much ahead (or, negative, behind); its `Date` header says so. */
    clockSkewSeconds: Type.Number(),
    /** `Date` tells the true time all the same, as behind a gateway. */
    honestDate: Type.Boolean(),
    /** Refuses every token, as after a change of the secret. */
    rejectToken: Type.Boolean(),
    /** Requests a day of the credential. */
    quotaPerDay: Type.Integer({ minimum: 0 }),
    /** Longest window in days. 0: every window is too long. */
    maxDays: Type.Integer({ minimum: 0 }),
    /** So many requests fail, then all is well. */
    failures: Type.Integer({ minimum: 0 }),
    /** HTTP status of these failures; default 500. */
    failureStatus: Type.Integer({ minimum: 400, maximum: 599 }),
    /** Answers so much later, ms. */
    delayMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
    /** Takes the request and never answers, as some servers do for an unknown key. */
    hang: Type.Boolean(),
    /** Breaks the connection in the middle of the answer. */
    cutAnswer: Type.Boolean(),
    /** Envelope, field names and codes as in the document, or as real servers send them. */
    style: Type.Union([Type.Literal('documented'), Type.Literal('real')]),
    /** One row per joined line. */
    joinedLines: Type.Boolean(),
    /** So many rows without a document number are put before each answer that has rows. */
    rowsWithoutKey: Type.Integer({ minimum: 0, maximum: 1_000 }),
    /** So many rows of an unknown dealer are put before each answer that has rows. */
    foreignRows: Type.Integer({ minimum: 0, maximum: 1_000 }),
  }),
  { additionalProperties: false },
);
/** See {@link Behaviour}. */
export type Behaviour = Static<typeof Behaviour>;

/** The behaviour of each scope: a group's name, for all requests with its key, or a dealer's code. */
export class Behaviours {
  readonly #byScope = new Map<string, Behaviour>();

  /** Replaces the behaviour of one scope; an empty one is the usual behaviour. */
  set(scope: string, behaviour: Behaviour): void {
    this.#byScope.set(scope, { ...behaviour });
  }

  /** Back to the usual behaviour everywhere. */
  clear(): void {
    this.#byScope.clear();
  }

  /** What a request meets: that of its dealer over that of its group. */
  of(group: string, dealerId: string): Behaviour {
    return { ...this.#byScope.get(group), ...this.#byScope.get(dealerId) };
  }

  /** Takes one of the failures that are left; false when none is. */
  takeFailure(group: string, dealerId: string): boolean {
    const scope = [dealerId, group].find((name) => (this.#byScope.get(name)?.failures ?? 0) > 0);
    const behaviour = scope === undefined ? undefined : this.#byScope.get(scope);
    if (scope === undefined || behaviour === undefined) return false;
    this.#byScope.set(scope, { ...behaviour, failures: (behaviour.failures ?? 0) - 1 });
    return true;
  }
}
