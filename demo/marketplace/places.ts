const PLACES = [
  'Austin, Texas',
  'Austin, Minnesota',
  'Boston, Massachusetts',
  'Brooklyn, New York',
  'Chicago, Illinois',
  'Denver, Colorado',
  'Houston, Texas',
  'Los Angeles, California',
  'Miami, Florida',
  'Portland, Maine',
  'Portland, Oregon',
  'San Diego, California',
  'San Francisco, California',
  'Seattle, Washington',
  'Barcelona, España',
  'Bilbao, España',
  'Madrid, España',
  'Málaga, España',
  'Sevilla, España',
  'Valencia, España',
  'Zaragoza, España',
];

/** Where a listing stands that names no place of its own: the account's neighbourhood. */
export const HOME = { en: 'Austin, Texas', es: 'Madrid, España' } as const;

/** Places whose name begins with, or has a word that begins with, what was typed; at most five. */
export function suggestPlaces(typed: string): string[] {
  const wanted = plain(typed.trim());
  if (!wanted) return [];
  return PLACES.filter((place) => plain(place).startsWith(wanted) || plain(place).includes(` ${wanted}`)).slice(0, 5);
}

/** Whether a text is exactly one of the places. */
export const isPlace = (text: string): boolean => PLACES.includes(text);

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
