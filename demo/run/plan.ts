/** What the demo asks for: photos of two vendors, some in bulk, one alone. */
export const PLAN = [
  { vendor: 'meadow-motors', bulk: ['car-1.jpg', 'car-2.jpg', 'animal-1.jpg'], single: [] },
  { vendor: 'corner-studio', bulk: ['girl-1.jpg', 'animal-3.jpg', 'plants-1.jpg'], single: ['animal-1.jpg'] },
] as const;

/** One photo of the plan: whose it is, and the row that waits for its cut-out. */
export interface Order {
  vendor: string;
  photo: string;
  photoUrl: string;
  recordId: string;
  bulk: boolean;
}

/** The orders of one run, with record ids of its own, so that runs do not meet. */
export function ordersOf(photosUrl: string, run: string): Order[] {
  const order = (vendor: string, photo: string, bulk: boolean) => ({
    vendor,
    photo,
    photoUrl: `${photosUrl}/${photo}`,
    bulk,
  });
  const all = PLAN.flatMap(({ vendor, bulk, single }) => [
    ...bulk.map((photo) => order(vendor, photo, true)),
    ...single.map((photo) => order(vendor, photo, false)),
  ]);
  return all.map((one, index) => ({ ...one, recordId: `demo-${run}-${index + 1}` }));
}
