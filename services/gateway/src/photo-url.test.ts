import { RemoveBgData } from '@lanekeeper/contracts';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { photoUrlFault } from './photo-url.ts';

test.each([
  'https://photos.example/1.jpg',
  'http://photos.example:8080/a%20b.png?x=1#y',
  'http://127.0.0.1:9000/1.jpg',
  'https://[::1]/1.jpg',
  'https://bücher.example/ä.jpg',
])('%s is accepted, and the worker’s contract agrees', (url) => {
  expect(photoUrlFault(url)).toBeUndefined();
  expect(Value.Check(RemoveBgData, { recordId: 'r', vendorId: 'v', photoUrl: url })).toBe(true);
});

test.each([
  ['', /absolute/],
  ['1.jpg', /absolute/],
  ['//photos.example/1.jpg', /absolute/],
  ['http://', /absolute/],
  ['http://photos.example:99999/', /absolute/],
  ['ftp://photos.example/1.jpg', /http or https/],
  ['javascript:alert(1)', /http or https/],
  ['data:image/png;base64,AA==', /http or https/],
  ['http:photos.example/1.jpg', /begin with/],
  ['HTTP://photos.example/1.jpg', /begin with/],
  [' https://photos.example/1.jpg', /white space/],
  ['https://photos.example/a b.jpg', /white space/],
  ['https://user:secret@photos.example/1.jpg', /user name/],
  [`https://photos.example/${'x'.repeat(2_048)}`, /2048/],
])('%s is refused', (url, rule) => {
  expect(photoUrlFault(url)).toMatch(rule);
});
