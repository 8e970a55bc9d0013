/** How a main dealer's server answers: as the document says, or as real ones were seen to (reference, section 7). */
export type Style = 'documented' | 'real';

/** A dealer of a group. */
export type Dealer = {
  readonly dealerId: string;
  readonly name: string;
  /** How much it trades, against a middling dealer. */
  readonly size: number;
  /** First digits of its region's codes: province, city. */
  readonly province: string;
  readonly city: string;
};

/** A dealer group with its main dealer's settings. Keys and secrets are made up and open nothing. */
export type DealerGroup = {
  readonly name: string;
  readonly mainDealer: string;
  readonly apiKey: string;
  readonly secretKey: string;
  readonly tokenSeparator: string;
  readonly timeZone: string;
  readonly style: Style;
  /** Sends one row per joined line in spk, pkb and prsl. */
  readonly joinedLines: boolean;
  readonly quotaPerDay: number;
  readonly dealers: readonly Dealer[];
};

/** The groups that the server knows. */
export const dealerGroups: readonly DealerGroup[] = [
  {
    name: 'nusantara',
    mainDealer: 'H2Z',
    apiKey: 'demo-key-nusantara-0001',
    secretKey: 'demo-secret-nusantara-0001',
    tokenSeparator: '',
    timeZone: 'Asia/Jakarta',
    style: 'documented',
    joinedLines: false,
    quotaPerDay: 20_000,
    dealers: [
      { dealerId: '08138', name: 'Nusantara Motor Bandung', size: 1, province: '3200', city: '3273' },
      { dealerId: '08139', name: 'Nusantara Motor Jakarta', size: 1.4, province: '3100', city: '3171' },
      { dealerId: '07501', name: 'Nusantara Motor Surabaya', size: 0.7, province: '3500', city: '3578' },
    ],
  },
  {
    name: 'timur',
    mainDealer: 'B10',
    apiKey: 'tm:demo-key-timur-0001',
    secretKey: 'tm:demo-secret-timur-0001',
    tokenSeparator: ':',
    timeZone: 'Asia/Makassar',
    style: 'real',
    joinedLines: true,
    quotaPerDay: 20_000,
    dealers: [
      { dealerId: '12001', name: 'Timur Jaya Makassar', size: 1, province: '7300', city: '7371' },
      { dealerId: '12002', name: 'Timur Jaya Manado', size: 0.6, province: '7100', city: '7171' },
    ],
  },
];
