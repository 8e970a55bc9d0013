/** An operation in time: milliseconds since 1970. */
export interface Block {
  from: number;
  to: number;
  kind: 'post' | 'renew';
}

/** One account's operations, in the order in which they were asked for. */
export interface Row {
  name: string;
  blocks: readonly Block[];
}

const WIDTH = 88;

/**
 * Draws what ran when: a row for each account, a block for each operation. Posts have their number in the lane, renewals
 * an `r`; the rest of a block is filled, so that gaps and overlaps show.
 */
export function renderTimeline(rows: readonly Row[], width = WIDTH): string {
  const blocks = rows.flatMap((row) => row.blocks);
  const start = Math.min(...blocks.map(({ from }) => from));
  const span = Math.max(1, ...blocks.map(({ to }) => to - start));
  const at = (time: number) => Math.floor(((time - start) / span) * width);
  const label = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, blocks: own }) => {
    const cells = Array.from({ length: width }, () => ' ');
    for (const [index, { from, to, kind }] of own.entries()) {
      const fill = kind === 'renew' ? '░' : index % 2 === 0 ? '█' : '▓';
      const first = Math.min(width - 1, at(from));
      cells.fill(fill, first, at(to));
      cells[first] = kind === 'renew' ? 'r' : String((index + 1) % 10);
    }
    return `  ${name.padEnd(label)} ${cells.join('').trimEnd()}`;
  });
  const seconds = `${(span / 1000).toFixed(1)} s`;
  return [...lines, `  ${' '.repeat(label)} 0 s${seconds.padStart(width - 3)}`].join('\n');
}

/** Whether an account's operations ran in order, each after the one before had ended. */
export const isSequential = ({ blocks }: Row): boolean =>
  blocks.every(({ from, to }, index) => from <= to && from >= (blocks[index - 1]?.to ?? Number.NEGATIVE_INFINITY));

/** The most operations that ran at one moment. */
export function mostAtOnce(rows: readonly Row[]): number {
  const blocks = rows.flatMap((row) => row.blocks);
  return Math.max(0, ...blocks.map(({ from }) => blocks.filter((one) => one.from <= from && from < one.to).length));
}
