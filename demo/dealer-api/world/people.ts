import { motors } from './catalogue.ts';
import type { Scene, Unit } from './scene.ts';

/** A customer with all that the modules ask about one. */
export type Person = {
  name: string;
  phone: string;
  ktp: string;
  address: string;
  province: string;
  city: string;
  district: string;
  village: string;
  postCode: string;
  latitude: number;
  longitude: number;
};

/** Somebody of the dealer's city; nobody real. */
export function somePerson({ faker, dealer }: Scene): Person {
  const district = `${dealer.city}${digits(faker, 2)}`;
  return {
    name: faker.person.fullName(),
    phone: `0812${digits(faker, 8)}`,
    // 99 is no province: the number cannot be anybody's.
    ktp: `99${digits(faker, 14)}`,
    address: faker.location.streetAddress(),
    province: dealer.province,
    city: dealer.city,
    district,
    village: `${district}${digits(faker, 4)}`,
    postCode: `4${digits(faker, 4)}`,
    // The samples of the document have the two swapped, and so have real servers.
    latitude: faker.number.float({ min: 106, max: 125, fractionDigits: 6 }),
    longitude: faker.number.float({ min: -8, max: 1, fractionDigits: 6 }),
  };
}

/** The five region codes under a module's own suffix: `kodePropinsi`, ... or `kodePropinsiBPKB`, ... */
export function regionOf(person: Person, suffix = ''): Record<string, string> {
  return {
    [`kodePropinsi${suffix}`]: person.province,
    [`kodeKota${suffix}`]: person.city,
    [`kodeKecamatan${suffix}`]: person.district,
    [`kodeKelurahan${suffix}`]: person.village,
    [`kodePos${suffix}`]: person.postCode,
  };
}

/** A motorcycle of some type and colour with numbers of its own. */
export function someUnit({ faker }: Scene): Unit {
  const motor = faker.helpers.arrayElement(motors);
  const serial = digits(faker, 6);
  return {
    code: motor.code,
    colour: faker.helpers.arrayElement(motor.colours),
    engineNumber: `${motor.engine}1${serial}`,
    frameNumber: `${motor.frame}17SK${serial}`,
    price: motor.price,
  };
}

/** A staff number of five digits: one of eight people. */
export function someStaff({ faker, dealer }: Scene): string {
  return String(20_000 + (Number(dealer.dealerId) % 1_000) * 10 + faker.number.int({ min: 0, max: 7 }));
}

/** A number plate. */
export function somePlate({ faker }: Scene): string {
  return `${faker.helpers.arrayElement(['B', 'D', 'L', 'DD'])} ${digits(faker, 4)} ${faker.string.alpha({ length: 3, casing: 'upper' })}`;
}

/** So many digits. */
export function digits(faker: Scene['faker'], length: number): string {
  return faker.string.numeric({ length, allowLeadingZeros: true });
}
