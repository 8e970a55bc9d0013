import { VAT } from './catalogue.ts';

/** Tax and total of an invoice over `net`, to two decimals. */
export function totals(net: number): { totalPPN: number; totalHarga: number } {
  const totalPPN = cents(net * VAT);
  return { totalPPN, totalHarga: cents(net + totalPPN) };
}

const cents = (amount: number): number => Math.round(amount * 100) / 100;
