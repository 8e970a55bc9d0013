import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { Terminal } from './terminal.ts';

function shown(level: 'info' | 'warn', line: string): string[] {
  const lines: string[] = [];
  const terminal = new Terminal(level);
  terminal.print = (text) => lines.push(stripVTControlCharacters(text));
  terminal.log('gateway', line);
  return lines;
}

const record = (level: string) =>
  JSON.stringify({ level, time: '2026-01-01T10:20:30.400Z', name: 'gateway', msg: 'turn taken', jobId: 'j1', pid: 7 });

test('shows time, level, message and what it is about in one line', () => {
  expect(shown('info', record('info'))).toEqual(['gateway      10:20:30 info turn taken jobId=j1']);
});

test('hides what is below the level', () => {
  expect(shown('warn', record('info'))).toEqual([]);
  expect(shown('warn', record('error'))).toHaveLength(1);
});

test('shows a line that is no record as it is', () => {
  expect(shown('warn', 'Segmentation fault')).toEqual(['gateway      Segmentation fault']);
  expect(shown('warn', '{broken')).toEqual(['gateway      {broken']);
});
