import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const COLOURS: Style[] = ['cyan', 'magenta', 'green', 'yellow', 'blue', 'cyanBright', 'magentaBright', 'greenBright'];
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
/** How important a logged line is. */
export type Level = (typeof LEVELS)[number];
const LEVEL_STYLES: Record<string, Style> = { warn: 'yellow', error: 'red', fatal: 'red' };
const NAME_WIDTH = 12;
// What a reader wants beside the message; everything else is in the log file.
const SHOWN = ['jobId', 'lane', 'url', 'code', 'reason', 'ms'];

/** Prints whole lines; the demo puts one that keeps its progress bars intact in its place. */
export type Print = (line: string) => void;

/** Shows what the processes log: one short coloured line each, from a level on. */
export class Terminal {
  print: Print = (line) => process.stdout.write(`${line}\n`);
  readonly #from: number;
  readonly #colours = new Map<string, Style>();

  constructor(level: Level) {
    this.#from = LEVELS.indexOf(level);
  }

  /** Shows a line of the launcher itself. */
  say(text: string): void {
    this.print(text);
  }

  /** Shows a line that a process logged, when it is important enough. */
  log(name: string, line: string): void {
    const rendered = this.#render(line);
    if (rendered !== undefined) this.print(`${styleText(this.#colourOf(name), name.padEnd(NAME_WIDTH))} ${rendered}`);
  }

  #render(line: string): string | undefined {
    const record = parse(line);
    if (!record) return line;
    const level = String(record.level) as Level;
    if (LEVELS.indexOf(level) < this.#from) return undefined;
    const time = styleText('dim', String(record.time).slice(11, 19));
    const details = SHOWN.filter((key) => record[key] !== undefined).map((key) =>
      styleText('dim', `${key}=${record[key]}`),
    );
    const error = (record.err as { message?: string } | undefined)?.message;
    const parts = [
      time,
      styleText(LEVEL_STYLES[level] ?? 'reset', level),
      record.msg,
      ...details,
      ...(error ? [error] : []),
    ];
    return parts.join(' ');
  }

  #colourOf(name: string): Style {
    const colour = this.#colours.get(name) ?? (COLOURS[this.#colours.size % COLOURS.length] as Style);
    this.#colours.set(name, colour);
    return colour;
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
