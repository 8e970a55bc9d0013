import { type Person, regionOf, somePerson, someStaff, someUnit } from './people.ts';
import { later, nextNumber, type Scene, someTime } from './scene.ts';
import { writeOrder } from './write-order.ts';
import { writeRow } from './write-row.ts';

/** Somebody who asked for a motorcycle. */
type Prospect = {
  readonly person: Person;
  readonly staff: string;
  readonly source: string;
  readonly idProspect: string;
  readonly at: number;
  /** When the order came; undefined when none has come. */
  readonly orderedAt: number | undefined;
};

/** Prospects, and what became of them: order, invoices, credit, delivery, documents; as far as time has come. */
export function writeSales(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const prospect = someProspect(scene);
    writeProspect(scene, prospect);
    const { orderedAt, ...about } = prospect;
    if (orderedAt !== undefined) writeOrder(scene, { ...about, at: orderedAt });
  }
}

function someProspect(scene: Scene): Prospect {
  const at = someTime(scene);
  const person = somePerson(scene);
  const staff = someStaff(scene);
  const source = scene.faker.helpers.arrayElement(['0001', '0002', '0004', '0005', '0007', '0008', '0011']);
  const idProspect = nextNumber(scene, '[mainDealer]/[dealer]/YY/MM/PSP/[source]/[seq]', at, { source });
  const orderedAt = scene.faker.datatype.boolean(0.6) ? later(scene, at, 20) : undefined;
  return { person, staff, source, idProspect, at, orderedAt };
}

function writeProspect(scene: Scene, prospect: Prospect): void {
  const { at, orderedAt } = prospect;
  const wanted = scene.faker.helpers.multiple(() => someUnit(scene), { count: { min: 1, max: 2 } });
  const unit = wanted.map(({ code }) => ({ kodeTipeUnit: code }));
  const values = {
    idProspect: prospect.idProspect,
    sumberProspect: prospect.source,
    tanggalProspect: at,
    ...personValues(prospect.person),
    ...followUpValues(scene, prospect),
    idSalesPeople: prospect.staff,
  };
  writeRow(scene, 'prsp', { created: at, modified: orderedAt ?? later(scene, at, 30), values, lines: { unit } });
}

function personValues(person: Person): Record<string, string | number> {
  return {
    namaLengkap: person.name,
    noKontak: person.phone,
    noKtp: person.ktp,
    alamat: person.address,
    ...regionOf(person),
    latitude: person.latitude,
    longitude: person.longitude,
  };
}

function followUpValues({ faker }: Scene, { at, orderedAt }: Prospect): Record<string, string | number> {
  const ordered = orderedAt !== undefined;
  return {
    taggingProspect: faker.helpers.arrayElement(['Yes', 'No']),
    kodePekerjaan: faker.helpers.arrayElement(['1', '4', '11']),
    tanggalAppointment: at + 24 * 3_600,
    waktuAppointment: '10:30',
    metodeFollowUp: '2',
    testRidePreference: '1',
    statusFollowUpProspecting: ordered ? '2' : '1',
    statusProspect: ordered ? '4' : faker.helpers.arrayElement(['1', '2', '3', '5']),
  };
}
