import type { DgiClient, WindowRequest } from '@lanekeeper/dgi';

/** A client that answers what it is told to; `asked` holds what it was asked. */
export type ToldClient = DgiClient & { readonly asked: WindowRequest[] };

/** Makes one: each window is answered with these rows. */
export function toldClient(rows: () => readonly unknown[], skewMs = 0): ToldClient {
  const asked: WindowRequest[] = [];
  return {
    asked,
    fetchWindow: async (request) => {
      asked.push(request);
      const list = rows();
      const rawBody = Buffer.from(JSON.stringify({ status: 1, message: null, data: list }));
      return {
        rows: { length: list.length, at: (index) => list[index] },
        rawBody,
        requests: 1,
        requestMs: 1,
        bytes: rawBody.length,
        skewMs,
      };
    },
    close: async () => {},
  };
}

/** An invoice as sent. */
export const invoice = (number: string | null, changes: object = {}): object => ({
  idInvoice: number,
  idSPK: 'SPK/1',
  idCustomer: 'C1',
  amount: 1_000,
  tipePembayaran: '1',
  dealerId: '08138',
  createdTime: '01/11/2026 08:00:00',
  modifiedTime: '01/11/2026 08:00:00',
  ...changes,
});
