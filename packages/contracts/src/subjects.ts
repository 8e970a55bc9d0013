/**
 * Every stream, subject, consumer and bucket name of the system. No literal subject stands anywhere else.
 *
 * A namespace (`STREAM_PREFIX`) goes in front of every name, so that several systems share one server.
 */

/** The kinds of names that belong to one namespace. Made by {@link names}. */
export type Names = Readonly<{
  /** WorkQueue stream of what remains to be done. */
  commandsStream: string;
  /** WorkQueue stream of the lanes that wait for a worker slot. */
  turnsStream: string;
  /** The log of every job. */
  eventsStream: string;
  /** Key-value bucket of lane states (paused, with the reason) and workload settings. */
  lanesBucket: string;
  /** The stream behind {@link Names.lanesBucket}. */
  lanesBucketStream: string;
  /** Where {@link Names.lanesBucket} keeps that a lane is paused: key `pause.<workload>.<lane>`. */
  pause: (workload: string, lane: string) => string;
  /** All pauses of a workload, or of all. */
  pausesOf: (workload?: string) => string;
  /** Where {@link Names.lanesBucket} keeps when a lane's last command ended: key `end.<workload>.<lane>`. */
  lastEnd: (workload: string, lane: string) => string;
  /** Where {@link Names.lanesBucket} keeps a workload's fleet limit, if it was changed at run time: key `fleet.<workload>`. */
  fleetLimit: (workload: string) => string;
  /** Where {@link Names.lanesBucket} keeps that a running job is to be cancelled: key `cancel.<workload>.<lane>.<jobId>`. */
  forcedCancel: (workload: string, lane: string, jobId: string) => string;
  /** Core NATS subject on which workers hear that a lane was paused or resumed. */
  pauseChanged: (workload: string) => string;
  /** Key-value bucket of idempotency keys. */
  idempotencyBucket: string;
  /** All commands. */
  allCommands: string;
  /** All turns. */
  allTurns: string;
  /** All events. */
  allEvents: string;
  /**
   * `cmd.<workload>.<lane>`; commands of high priority in lanes wider than 1 have a queue beside it:
   * `cmd.<workload>.<lane>.high`.
   */
  command: (workload: string, lane: string, queue?: LaneQueue) => string;
  /** `cmd.<workload>.>` */
  commandsOf: (workload: string) => string;
  /** Commands of one queue of the lanes that match; a part left out matches any. */
  commandsMatching: (parts: { workload?: string; lane?: string }, queue: LaneQueue) => string;
  /** `turn.<workload>.<lane>.<slot>` */
  turn: (workload: string, lane: string, slot: number) => string;
  /** `turn.<workload>.>` */
  turnsOf: (workload: string) => string;
  /** `evt.<workload>.<lane>.<jobId>` */
  event: (workload: string, lane: string, jobId: string) => string;
  /** Events of all jobs that match; a part left out matches any. */
  eventsOf: (parts: { workload?: string; lane?: string; jobId?: string }) => string;
  /** Durable consumer of a workload's turns. Its max_ack_pending is the fleet limit. */
  turnsConsumer: (workload: string) => string;
  /** Durable consumer of a projection of all events. */
  projectionConsumer: (projection: string) => string;
  /** Core NATS subject on which the active replica of a projection says how far it is. */
  applied: (projection: string) => string;
  /** Core NATS subject on which a worker answers whether it still holds a job. */
  holds: (workerId: string) => string;
  /** Core NATS subject on which a worker is asked to stop a job for good. */
  abort: (workerId: string) => string;
  /** Core NATS subject on which every live worker of a workload answers who and how busy it is. */
  workerPing: (workload: string) => string;
}>;

/** The queues of a lane: in lanes wider than 1 commands of high priority have one of their own. */
export type LaneQueue = 'normal' | 'high';

/** The parts of a command, turn or event subject, decoded. */
export type SubjectParts = { workload: string; lane: string; tail?: string };

const TOKEN = /^[A-Za-z0-9_-]+$/;
/** Longest lane key, in UTF-8 bytes: an e-mail address has at most 254. */
export const MAX_LANE_BYTES = 255;

/** Builds all names of a namespace. `prefix` is empty or a token of letters, digits, `_` and `-`. */
export function names(prefix = ''): Names {
  if (prefix !== '' && !TOKEN.test(prefix)) {
    throw new RangeError(`STREAM_PREFIX must be letters, digits, "_" and "-", got "${prefix}"`);
  }
  const subject = (...tokens: (string | number)[]) => prefix + tokens.join('.');
  return Object.freeze({
    commandsStream: `${prefix}COMMANDS`,
    turnsStream: `${prefix}TURNS`,
    eventsStream: `${prefix}EVENTS`,
    lanesBucket: `${prefix}lanes`,
    lanesBucketStream: `KV_${prefix}lanes`,
    pause: (workload: string, lane: string) => `$KV.${prefix}lanes.pause.${token(workload)}.${encodeLane(lane)}`,
    pausesOf: (workload?: string) => `$KV.${prefix}lanes.pause.${workload === undefined ? '' : `${token(workload)}.`}>`,
    lastEnd: (workload: string, lane: string) => `$KV.${prefix}lanes.end.${token(workload)}.${encodeLane(lane)}`,
    fleetLimit: (workload: string) => `$KV.${prefix}lanes.fleet.${token(workload)}`,
    forcedCancel: (workload: string, lane: string, jobId: string) =>
      `$KV.${prefix}lanes.cancel.${token(workload)}.${encodeLane(lane)}.${token(jobId)}`,
    pauseChanged: (workload: string) => subject('paused', token(workload)),
    idempotencyBucket: `${prefix}idempotency`,
    allCommands: subject('cmd', '>'),
    allTurns: subject('turn', '>'),
    allEvents: subject('evt', '>'),
    command: (workload: string, lane: string, queue: LaneQueue = 'normal') =>
      subject('cmd', token(workload), encodeLane(lane), ...(queue === 'normal' ? [] : [queue])),
    commandsOf: (workload: string) => subject('cmd', token(workload), '>'),
    commandsMatching: ({ workload, lane }: { workload?: string; lane?: string }, queue: LaneQueue) =>
      subject(
        'cmd',
        workload === undefined ? '*' : token(workload),
        lane === undefined ? '*' : encodeLane(lane),
        ...(queue === 'normal' ? [] : [queue]),
      ),
    turn: (workload: string, lane: string, slot: number) => subject('turn', token(workload), encodeLane(lane), slot),
    turnsOf: (workload: string) => subject('turn', token(workload), '>'),
    event: (workload: string, lane: string, jobId: string) =>
      subject('evt', token(workload), encodeLane(lane), token(jobId)),
    eventsOf: ({ workload, lane, jobId }: { workload?: string; lane?: string; jobId?: string }) =>
      subject(
        'evt',
        workload === undefined ? '*' : token(workload),
        lane === undefined ? '*' : encodeLane(lane),
        jobId === undefined ? '*' : token(jobId),
      ),
    turnsConsumer: (workload: string) => `turns_${token(workload)}`,
    projectionConsumer: (projection: string) => `projection_${token(projection)}`,
    applied: (projection: string) => subject('applied', token(projection)),
    holds: (workerId: string) => subject('holds', token(workerId)),
    abort: (workerId: string) => subject('abort', token(workerId)),
    workerPing: (workload: string) => subject('workers', token(workload)),
  });
}

/** Splits a command, turn or event subject of any namespace; undefined when it is none. */
export function parseSubject(subject: string): SubjectParts | undefined {
  const [, workload, lane, tail, ...rest] = subject.split('.');
  if (workload === undefined || lane === undefined || rest.length > 0) return undefined;
  const decoded = decodeLane(lane);
  if (decoded === undefined) return undefined;
  return tail === undefined ? { workload, lane: decoded } : { workload, lane: decoded, tail };
}

/** Splits the subject of a pause of any namespace; undefined when it is none. */
export function parsePause(subject: string): Pick<SubjectParts, 'workload' | 'lane'> | undefined {
  const [kv, , ...key] = subject.split('.');
  return kv === '$KV' && key[0] === 'pause' ? parseSubject(key.join('.')) : undefined;
}

/**
 * Encodes a lane key as one NATS token: letters, digits, `_` and `-` stay, every other UTF-8 byte becomes `=HH`.
 * The same key always gives the same token, different keys different tokens; {@link decodeLane} reverses it.
 * @throws RangeError when the key is empty, longer than {@link MAX_LANE_BYTES} or not well-formed Unicode.
 */
export function encodeLane(lane: string): string {
  const bytes = Buffer.from(lane, 'utf8');
  if (bytes.length === 0) throw new RangeError('a lane key must not be empty');
  if (bytes.length > MAX_LANE_BYTES) {
    throw new RangeError(`a lane key has at most ${MAX_LANE_BYTES} bytes, got ${bytes.length}`);
  }
  if (!lane.isWellFormed()) throw new RangeError('a lane key must be well-formed Unicode');
  let token = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    token += TOKEN.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** Reverses {@link encodeLane}; undefined for a token that it never produces. */
export function decodeLane(token: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_-]|=[0-9A-F]{2})+$/.test(token)) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < token.length; at++) {
    if (token[at] === '=') {
      bytes.push(Number.parseInt(token.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(token.charCodeAt(at));
    }
  }
  const lane = Buffer.from(bytes).toString('utf8');
  return canonical(lane, token) ? lane : undefined;
}

function canonical(lane: string, token: string): boolean {
  try {
    return encodeLane(lane) === token;
  } catch {
    return false; // malformed UTF-8 or an over-long key: no lane has this token
  }
}

function token(value: string): string {
  if (!TOKEN.test(value)) throw new RangeError(`not a subject token: "${value}"`);
  return value;
}
