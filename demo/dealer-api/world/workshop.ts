import type { Job } from './catalogue.ts';
import { writeHotlineOrder } from './hotline-order.ts';
import { nextNumber, type Scene } from './scene.ts';
import { partLine, priceOf, someVisit, sum, type Visit } from './visit.ts';
import { writeWorkOrder } from './work-order.ts';
import { writeRow } from './write-row.ts';

/** Work orders with their invoices; some with a part that must be ordered. */
export function writeWorkshop(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const visit = someVisit(scene);
    writeWorkOrder(scene, visit);
    if (visit.doneAt !== undefined) writeInvoices(scene, visit, visit.doneAt);
    if (scene.faker.datatype.boolean(0.2)) writeHotlineOrder(scene, visit);
  }
}

function writeInvoices(scene: Scene, { done, used, ...visit }: Visit, at: number): void {
  const njb = done.map((job) => serviceLine(job, scene.faker.helpers.arrayElement([0, 0, 20.5])));
  const partsInvoice =
    used.length === 0 ? {} : { noNSC: nextNumber(scene, 'NSC/[dealer]/YY/MM/[seq]', at), tanggalNSC: at };
  const values = {
    noWorkOrder: visit.noWorkOrder,
    noNJB: nextNumber(scene, 'NJB/[dealer]/YY/MM/[seq]', at),
    tanggalNJB: at,
    totalHargaNJB: sum(njb.map((line) => line.totalHargaServis)),
    ...partsInvoice,
    totalHargaNSC: sum(used.map(priceOf)),
    hondaIdSA: visit.hondaIdSA,
    hondaIdMekanik: visit.hondaIdMekanik,
  };
  writeRow(scene, 'inv2', { created: at, values, lines: { njb, nsc: used.map(partLine) } });
}

/** A job at its price less a discount in percent. */
function serviceLine(job: Job, discServicePercentage: number) {
  return {
    idJob: job.id,
    hargaServis: job.price,
    discServiceAmount: 0,
    discServicePercentage,
    totalHargaServis: job.price - Math.round((job.price * discServicePercentage) / 100),
  };
}
