/** What is done for one account, in the order in which it is asked for. */
export type PlannedOperation = { kind: 'post'; title: string; listing: object } | { kind: 'renew'; count: number };

/** An account of the demo: how it logs in, what it has for sale already, and what is asked for. */
export interface PlannedAccount {
  name: string;
  email: string;
  password: string;
  language: 'en' | 'es';
  /** `password`: the worker logs in by itself. `session`: somebody has logged in before, as on most sites. */
  login: 'password' | 'session';
  /** Listings of a month ago, due for renewal. */
  old: readonly string[];
  operations: readonly PlannedOperation[];
}

const renew = (count: number): PlannedOperation => ({ kind: 'renew', count });

/** The accounts of one run, with addresses of its own, so that runs do not meet. */
export function accountsOf(photosUrl: string, run: string): PlannedAccount[] {
  const photo = (name: string) => `${photosUrl}/${name}.jpg`;
  const item = (title: string, price: number, category: string, image: string): PlannedOperation => ({
    kind: 'post',
    title,
    listing: {
      title,
      price,
      category,
      condition: 'Used - Good',
      description: `${title}. Ask me anything.`,
      image_path: photo(image),
    },
  });
  const car = (make: string, model: string, year: number, price: number, image: string): PlannedOperation => ({
    kind: 'post',
    title: `${year} ${make} ${model}`,
    listing: {
      title: `${make} ${model}`,
      price,
      description: 'Runs well.',
      location: 'Austin, Texas',
      vehicle: { type: 'Car/Truck', year, make, model, mileage: 61_000, fuel: 'Gasoline', cleanTitle: true },
      images: [photo(image)],
    },
  });
  const account = (name: string, rest: Omit<PlannedAccount, 'name' | 'email' | 'password'>): PlannedAccount => ({
    name,
    email: `${name}-${run}@demo.example`,
    password: `demo-${run}-${name}`,
    ...rest,
  });
  return [
    account('ana', {
      language: 'en',
      login: 'session',
      old: ['Standing lamp', 'Bread maker'],
      operations: [
        item('Oak desk', 120, 'Furniture', 'plants-1'),
        item('Office chair', 45, 'Furniture', 'plants-1'),
        item('Plant stand', 20, 'Home & Garden', 'plants-1'),
        item('Dog crate', 35, 'Pet Supplies', 'animal-1'),
        item('Dog bed', 15, 'Pet Supplies', 'animal-3'),
        renew(20),
        item('Bird cage', 30, 'Pet Supplies', 'animal-1'),
        item('Leash', 5, 'Pet Supplies', 'animal-3'),
      ],
    }),
    account('ben', {
      language: 'en',
      login: 'password',
      old: [],
      operations: [
        car('Honda', 'Civic', 2017, 9_800, 'car-1'),
        car('Ford', 'Focus', 2015, 6_400, 'car-2'),
        item('Roof rack', 90, 'Miscellaneous', 'car-1'),
      ],
    }),
    account('carla', {
      language: 'es',
      login: 'session',
      old: ['Bicicleta'],
      operations: [
        item('Mesa de roble', 80, 'Furniture', 'plants-1'),
        renew(5),
        item('Guitarra', 60, 'Musical Instruments', 'girl-1'),
      ],
    }),
  ];
}
